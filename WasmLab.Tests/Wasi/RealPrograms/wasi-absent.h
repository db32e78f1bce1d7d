// What Debian's wasi-libc does not declare and the programs that are built with it expect of Unix. Each function answers as a system
// that does not have it.
#pragma once
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

// Debian's clang would find the host's headers, which are guarded by these names.
#define _PWD_H 1
#define _SETJMP_H 1

#define F_RDLCK 0
#define F_WRLCK 1
#define F_UNLCK 2
#define F_GETLK 5
#define F_SETLK 6

struct passwd { char *pw_dir; };

static inline int wasi_absent(void) { errno = ENOSYS; return -1; }
static inline int chmod(const char *path, mode_t mode) { return wasi_absent(); }
static inline int fchmod(int file, mode_t mode) { return wasi_absent(); }
static inline int chown(const char *path, uid_t user, gid_t group) { return wasi_absent(); }
static inline int fchown(int file, uid_t user, gid_t group) { return wasi_absent(); }
#define system(command) wasi_absent()
#define getpagesize() 65536
#define L_tmpnam 20
#define tmpfile() ((FILE *)0)
#define tmpnam(buffer) ((char *)0)
static inline mode_t umask(mode_t mode) { return 0; }
static inline uid_t getuid(void) { return 0; }
static inline uid_t geteuid(void) { return 0; }
static inline struct passwd *getpwuid(uid_t user) { return 0; }
