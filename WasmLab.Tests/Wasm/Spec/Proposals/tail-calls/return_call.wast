;; Calls in place of a return: how values travel, and that the stack does not grow.

(module
  (type $count (func (param i32 i64) (result i64)))
  (type $many (func (param i32 f64 f64 f64 f64 f64 f64 f64 f64 f64 i32 i32 i32 i32 i32 i32 i32 v128) (result i64)))
  (type $pair (func (param i64) (result i64 f32 v128)))
  (table funcref (elem $down $even $odd $pair $wide $missing-type))

  (func $down (export "down") (type $count)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call $down (i32.sub (local.get 0) (i32.const 1)) (i64.add (local.get 1) (i64.const 3))))

  (func $even (export "even") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 44))
      (else (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))
  (func $odd (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 99))))
    (return_call_indirect (param i32) (result i32) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))

  ;; The callee takes more arguments than the caller has room for, and the other way round.
  (func $narrow (export "narrow") (param i32) (result i64)
    (return_call $wide (local.get 0) (f64.const 1) (f64.const 2) (f64.const 3) (f64.const 4) (f64.const 5) (f64.const 6) (f64.const 7)
      (f64.const 8) (f64.const 9) (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7)
      (v128.const i64x2 11 12)))
  (func $wide (type $many)
    (if (i32.eqz (local.get 0))
      (then (return (i64.add (i64x2.extract_lane 1 (local.get 17)) (i64.trunc_f64_s (local.get 9))))))
    (return_call $narrow (i32.sub (local.get 0) (i32.const 1))))

  ;; Results beyond the first are written where the first caller wants them.
  (func $pair (export "pair") (type $pair)
    (if (i64.eqz (local.get 0)) (then (return (i64.const 1) (f32.const 2.5) (v128.const i32x4 1 2 3 4))))
    (return_call_indirect (type $pair) (i64.sub (local.get 0) (i64.const 1)) (i32.const 3)))
  (func (export "pair-of-pairs") (param i64) (result i64 f32 v128)
    (local $v v128)
    (call $pair (local.get 0))
    (local.set $v)
    (drop)
    (drop)
    (call $pair (i64.const 3))
    (drop)
    (f32.const 1)
    (f32.add)
    (i32x4.add (local.get $v) (local.get $v)))

  ;; A local keeps nothing of the call before.
  (func $fresh (export "fresh") (param i32) (result i32)
    (local i32)
    (local.set 1 (i32.add (local.get 1) (i32.const 1)))
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call $fresh (i32.sub (local.get 0) (i32.const 1))))

  ;; Operands below the arguments are dropped; so are open blocks.
  (func (export "nested") (param i32) (result i32)
    (i32.const 1) (i32.const 2)
    (block (loop (br_if 1 (i32.eqz (local.get 0))) (return_call $even (local.get 0))))
    (i32.add))

  (func $missing-type (param f32) (result i32) (i32.const 0))
  (func (export "mismatch") (result i32) (return_call_indirect (param i32) (result i32) (i32.const 0) (i32.const 5)))
  (func (export "outside") (result i32) (return_call_indirect (param i32) (result i32) (i32.const 0) (i32.const 100)))
  (func (export "deep") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (unreachable)))
    (return_call_indirect (param i32) (result i32) (i32.const 0) (i32.const 99))))

(assert_return (invoke "down" (i32.const 10000000) (i64.const 5)) (i64.const 30000005))
(assert_return (invoke "even" (i32.const 10000000)) (i32.const 44))
(assert_return (invoke "even" (i32.const 9999999)) (i32.const 99))
(assert_return (invoke "narrow" (i32.const 1000000)) (i64.const 21))
(assert_return (invoke "pair" (i64.const 10000000)) (i64.const 1) (f32.const 2.5) (v128.const i32x4 1 2 3 4))
(assert_return (invoke "pair-of-pairs" (i64.const 10)) (i64.const 1) (f32.const 3.5) (v128.const i32x4 2 4 6 8))
(assert_return (invoke "fresh" (i32.const 1000)) (i32.const 1))
(assert_return (invoke "nested" (i32.const 0)) (i32.const 3))
(assert_return (invoke "nested" (i32.const 7)) (i32.const 99))
(assert_trap (invoke "mismatch") "indirect call type mismatch")
(assert_trap (invoke "outside") "undefined element")
(assert_trap (invoke "deep" (i32.const 0)) "unreachable")

(assert_invalid (module (func $f (result i32) (i32.const 0)) (func (return_call $f))) "type mismatch")
(assert_invalid (module (func $f) (func (result i32) (return_call $f))) "type mismatch")
(assert_invalid (module (func $f (param i64)) (func (return_call $f (i32.const 0)))) "type mismatch")
(assert_invalid (module (func (return_call 7))) "unknown function")
(assert_invalid (module (table 1 externref) (func (return_call_indirect (i32.const 0)))) "type mismatch")
(assert_invalid (module (func (return_call_indirect (i32.const 0)))) "unknown table")

;; Across instances.
(module $other (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))
(register "other" $other)
(module
  (import "other" "f" (func $f (param i32) (result i32)))
  (import "spectest" "print_i32" (func $print (param i32)))
  (func (export "cross") (param i32) (result i32) (return_call $f (local.get 0)))
  (func (export "host") (param i32) (return_call $print (local.get 0))))
(assert_return (invoke "cross" (i32.const 21)) (i32.const 42))
(assert_return (invoke "host" (i32.const 21)))
