;; Calls in whose place the callee's code stands.

(module
  (memory 1 3)
  (global $calls (mut i32) (i32.const 0))
  (table funcref (elem $early))

  ;; Its local is 0 at each call, also where the code stands in a loop.
  (func $fresh (param $add i32) (result i32)
    (local $sum i32)
    (local.set $sum (i32.add (local.get $sum) (local.get $add)))
    (local.get $sum))
  (func (export "locals are 0 at each call") (param $count i32) (result i32)
    (local $last i32)
    (loop $again
      (local.set $last (call $fresh (local.get $count)))
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $last))

  ;; Arguments are exchanged, and a parameter is changed.
  (func $less (param $a i32) (param $b i32) (result i32)
    (local.set $a (i32.sub (local.get $a) (local.get $b)))
    (local.get $a))
  (func (export "arguments keep their order") (param $a i32) (param $b i32) (result i32)
    (i32.add
      (i32.mul (i32.const 100) (call $less (local.get $a) (local.get $b)))
      (i32.add (i32.mul (i32.const 10) (call $less (local.get $b) (local.get $a))) (local.get $a))))

  ;; What waits on the operand stack is older than what the callee does.
  (func $store (param $value i32) (i32.store (i32.const 8) (local.get $value)))
  (func $count (global.set $calls (i32.add (global.get $calls) (i32.const 1))))
  (func (export "operands keep their values") (param $a i32) (result i32)
    (i32.store (i32.const 8) (i32.const 5))
    (global.set $calls (i32.const 3))
    (i32.load (i32.const 8))
    (global.get $calls)
    (local.get $a)
    (call $store (i32.const 70))
    (call $count)
    (local.set $a (i32.const 1000))
    (i32.add)
    (i32.add)
    (i32.add (i32.load (i32.const 8)))
    (i32.add (global.get $calls)))

  ;; Returns, from the middle and through a br_table, with a value and without.
  (func $early (param $x i32) (result i32)
    (if (i32.lt_s (local.get $x) (i32.const 0)) (then (return (i32.const -1))))
    (local.get $x))
  (func $sort (param $x i32) (result i32)
    (block $stay (result i32) (br_table $stay 1 (i32.const 10) (local.get $x)))
    (i32.add (i32.const 10)))
  (func $leave (param $x i32)
    (br_if 0 (i32.eqz (local.get $x)))
    (global.set $calls (local.get $x)))
  (func (export "early") (param $x i32) (result i32)
    (i32.add (call $early (local.get $x)) (i32.const 100)))
  (func (export "leave") (param $x i32) (result i32)
    (global.set $calls (i32.const 77))
    (call $leave (local.get $x))
    (global.get $calls))

  ;; A trap is the same trap, and what comes after it is not reached.
  (func $abort (param $x i32) (result i32) (unreachable))
  (func $divide (param $x i32) (result i32) (i32.div_u (i32.const 100) (local.get $x)))
  (func $read (param $x i32) (result i32) (i32.load (local.get $x)))
  (func $spin (result i32) (br 0 (i32.const 3)))
  (func (export "abort") (param $x i32) (result i32)
    (if (local.get $x) (then (drop (call $abort (local.get $x))) (global.set $calls (i32.const 9))))
    (i32.const 6))
  (func (export "divide") (param $x i32) (result i32) (i32.add (i32.const 1) (call $divide (local.get $x))))
  (func (export "read") (param $x i32) (result i32) (call $read (local.get $x)))
  (func (export "spin") (result i32) (i32.add (call $spin) (call $spin)))

  ;; The memory grows in the callee: what the caller knows of it is no longer so.
  (func $grow (param $pages i32) (result i32) (memory.grow (local.get $pages)))
  (func (export "grow, then read") (param $pages i32) (param $at i32) (result i32)
    (drop (i32.load (i32.const 0)))
    (drop (call $grow (local.get $pages)))
    (i32.store (local.get $at) (i32.const 42))
    (i32.load (local.get $at)))

  ;; Several results; references; 64 bits, floats.
  (func $both (param $a i32) (param $b i64) (result i64 i32) (local.get $b) (local.get $a))
  (func (export "several results") (param $a i32) (result i64)
    (call $both (local.get $a) (i64.const 1000))
    (i64.extend_i32_u)
    (i64.sub))
  (func $reference (param $which i32) (result funcref)
    (select (result funcref) (ref.func $early) (ref.null func) (local.get $which)))
  (func (export "is null") (param $which i32) (result i32) (ref.is_null (call $reference (local.get $which))))
  (func $half (param $x f64) (result f64) (f64.mul (local.get $x) (f64.const 0.5)))
  (func (export "quarter") (param $x f64) (result f64) (call $half (call $half (local.get $x))))

  ;; Calls of itself, with a loop in it, and without.
  (func $fibonacci (export "fibonacci") (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add
        (call $fibonacci (i32.sub (local.get $n) (i32.const 1)))
        (call $fibonacci (i32.sub (local.get $n) (i32.const 2)))))))
  (func $fibonacci-loop (export "fibonacci, with a loop") (param $n i32) (result i32)
    (local $sum i32)
    (block $done
      (br_if $done (i32.lt_u (local.get $n) (i32.const 2)))
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (call $fibonacci-loop (i32.sub (local.get $n) (i32.const 1)))))
        (br_if $again (i32.gt_u (local.tee $n (i32.sub (local.get $n) (i32.const 2))) (i32.const 1)))))
    (i32.add (local.get $n) (local.get $sum)))
  (func $forever (export "forever") (param $n i32) (result i32) (i32.add (call $forever (local.get $n)) (i32.const 1)))

  ;; A loop that begins with a switch and calls its own function, which stands in its own code then.
  (func $walk (export "walk") (param $at i32) (param $depth i32) (result i32)
    (local $sum i32)
    (loop $next
      (block $stop
        (block $descend
          (block $add
            (block $skip
              (br_table $skip $add $descend $stop (i32.load8_u (local.get $at))))
            (local.set $at (i32.add (local.get $at) (i32.const 1)))
            (br $next))
          (local.set $sum (i32.add (local.get $sum) (local.get $depth)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br $next))
        (local.set $sum (i32.add
          (call $walk (i32.add (local.get $at) (i32.const 1)) (i32.mul (local.get $depth) (i32.const 10)))
          (local.get $sum)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $sum))
  (data (i32.const 256) "\01\02\01\00\02\01\01\03")

  ;; One call in another's arguments, and a callee that calls.
  (func $twice (param $x i32) (result i32) (i32.add (local.get $x) (call $early (local.get $x))))
  (func (export "nested") (param $x i32) (result i32) (call $less (call $twice (local.get $x)) (call $twice (call $early (local.get $x)))))

  (func (export "sort") (param $x i32) (result i32)
    (i32.add (call $sort (local.get $x)) (i32.const 1))))

(assert_return (invoke "locals are 0 at each call" (i32.const 5)) (i32.const 1))
(assert_return (invoke "arguments keep their order" (i32.const 7) (i32.const 3)) (i32.const 367))
(assert_return (invoke "operands keep their values" (i32.const 20)) (i32.const 102))
(assert_return (invoke "early" (i32.const -5)) (i32.const 99))
(assert_return (invoke "early" (i32.const 5)) (i32.const 105))
(assert_return (invoke "sort" (i32.const 0)) (i32.const 21))
(assert_return (invoke "sort" (i32.const 1)) (i32.const 11))
(assert_return (invoke "leave" (i32.const 0)) (i32.const 77))
(assert_return (invoke "leave" (i32.const 8)) (i32.const 8))
(assert_return (invoke "abort" (i32.const 0)) (i32.const 6))
(assert_trap (invoke "abort" (i32.const 1)) "unreachable")
(assert_return (invoke "divide" (i32.const 4)) (i32.const 26))
(assert_trap (invoke "divide" (i32.const 0)) "integer divide by zero")
(assert_return (invoke "read" (i32.const 8)) (i32.const 70))
(assert_trap (invoke "read" (i32.const 65533)) "out of bounds memory access")
(assert_return (invoke "spin") (i32.const 6))
(assert_trap (invoke "grow, then read" (i32.const 0) (i32.const 65536)) "out of bounds memory access")
(assert_return (invoke "grow, then read" (i32.const 1) (i32.const 131068)) (i32.const 42))
(assert_trap (invoke "grow, then read" (i32.const 0) (i32.const 131072)) "out of bounds memory access")
(assert_return (invoke "several results" (i32.const 1)) (i64.const 999))
(assert_return (invoke "is null" (i32.const 0)) (i32.const 1))
(assert_return (invoke "is null" (i32.const 1)) (i32.const 0))
(assert_return (invoke "quarter" (f64.const 10)) (f64.const 2.5))
(assert_return (invoke "fibonacci" (i32.const 20)) (i32.const 6765))
(assert_return (invoke "fibonacci, with a loop" (i32.const 20)) (i32.const 6765))
(assert_exhaustion (invoke "forever" (i32.const 1)) "call stack exhausted")
(assert_return (invoke "walk" (i32.const 256) (i32.const 1)) (i32.const 254))
(assert_return (invoke "nested" (i32.const 3)) (i32.const 0))
(assert_return (invoke "nested" (i32.const -3)) (i32.const -2))
