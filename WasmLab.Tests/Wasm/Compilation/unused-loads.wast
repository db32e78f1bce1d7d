;; Loads of whose value nothing, or a part, is used behind a local: out of bounds by their last byte all the same.

(module
  (memory 1)
  (func (export "land") (param i32) (result i32) (local i32) (local.set 1 (i32.load (local.get 0))) (i32.and (local.get 1) (i32.const 255)))
  (func (export "wraploc") (param i32) (result i32) (local i64) (local.set 1 (i64.load (local.get 0))) (i32.wrap_i64 (local.get 1)))
  (func (export "set") (param i32) (local i64) (local.set 1 (i64.load (local.get 0))))
  (func (export "vset") (param i32) (local v128) (local.set 1 (v128.load (local.get 0))))
  (func (export "set_twice") (param i32) (result i32) (local i64) (local.set 1 (i64.load (local.get 0))) (local.set 1 (i64.const 1)) (i32.const 1))
  (func (export "settled_drop") (param i32) (i64.load (local.get 0)) (i32.store (i32.const 0) (i32.const 1)) (drop))
  (func (export "block_drop") (param i32) (i64.load (local.get 0)) (block) (drop))
  (func (export "select_first") (param i32) (result i64) (select (i64.load (local.get 0)) (i64.const 1) (i32.const 0))))

(assert_trap (invoke "land" (i32.const 65533)) "out of bounds memory access")
(assert_trap (invoke "wraploc" (i32.const 65529)) "out of bounds memory access")
(assert_trap (invoke "set" (i32.const 65529)) "out of bounds memory access")
(assert_trap (invoke "set_twice" (i32.const 65529)) "out of bounds memory access")
(assert_trap (invoke "settled_drop" (i32.const 65529)) "out of bounds memory access")
(assert_trap (invoke "block_drop" (i32.const 65529)) "out of bounds memory access")
(assert_trap (invoke "select_first" (i32.const 65529)) "out of bounds memory access")
(assert_trap (invoke "vset" (i32.const 65521)) "out of bounds memory access")
