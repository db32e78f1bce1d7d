;; Loops that begin with a switch: every way back to the head, and what lies on the stack meanwhile.

(module
  (memory 1)
  ;; Opcodes: 0 push the next byte, 1 add, 2 multiply, 3 jump to the next byte if the top is not 0, 4 less one, 5 grow the memory, 6 and more halt.
  (data (i32.const 16) "\00\05\00\06\02\07")
  (data (i32.const 32) "\00\0a\04\03\02\07")
  (data (i32.const 48) "\00\02\00\03\05\01\07")
  (data (i32.const 64) "\00\01\ff")
  (data (i32.const 80) "\01\07")

  (func (export "interpret") (param $at i32) (param $stack i32) (result i32)
    (local $start i32) (local $next i32)
    (local.set $start (local.get $at))
    (loop $again (result i32)
      (local.set $next (i32.add (local.get $at) (i32.const 1)))
      (block $halt
        (block $grow
          (block $less
            (block $jump
              (block $multiply
                (block $add
                  (block $push
                    (br_table $push $add $multiply $jump $less $grow $halt (i32.load8_u (local.get $at))))
                  (local.set $stack (i32.add (local.get $stack) (i32.const 4)))
                  (i32.store (local.get $stack) (i32.load8_u (local.get $next)))
                  (local.set $at (i32.add (local.get $at) (i32.const 2)))
                  (br $again))
                (local.set $stack (i32.sub (local.get $stack) (i32.const 4)))
                (i32.store (local.get $stack) (i32.add (i32.load (local.get $stack)) (i32.load offset=4 (local.get $stack))))
                (local.set $at (local.get $next))
                (br $again))
              (local.set $stack (i32.sub (local.get $stack) (i32.const 4)))
              (i32.store (local.get $stack) (i32.mul (i32.load (local.get $stack)) (i32.load offset=4 (local.get $stack))))
              (local.set $at (local.get $next))
              (br $again))
            (if (i32.load (local.get $stack))
              (then
                (local.set $at (i32.add (local.get $start) (i32.load8_u (local.get $next))))
                (br $again)))
            (local.set $at (i32.add (local.get $at) (i32.const 2)))
            (br $again))
          (i32.store (local.get $stack) (i32.sub (i32.load (local.get $stack)) (i32.const 1)))
          (local.set $at (local.get $next))
          (br $again))
        (i32.store (i32.const 0) (memory.grow (i32.const 1)))
        (local.set $at (local.get $next))
        (br $again))
      (i32.load (local.get $stack))))

  ;; The sum of the numbers below one, counted by a loop whose ways back leave operands behind.
  (func (export "operands") (param $n i32) (result i32)
    (local $sum i32) (local $state i32)
    (i32.const 1000)
    (block $done (result i32)
      (loop $again
        (block $two
          (block $one
            (block $zero
              (br_table $zero $one $two $two (local.get $state)))
            (local.set $state (i32.const 1))
            (i32.const 7) (i32.load (i32.const 16))
            (br $again))
          (local.set $sum (i32.add (local.get $sum) (local.get $n)))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (local.set $state (select (i32.const 2) (i32.const 1) (i32.eqz (local.get $n))))
          (i64.const 9)
          (br $again)))
      (local.get $sum))
    (i32.add))

  ;; The inner loop goes back to the outer one's head, and to its own.
  (func (export "nested") (param $n i32) (result i32)
    (local $inner i32) (local $count i32)
    (loop $outer
      (block $c
        (block $b
          (block $a
            (br_table $a $b $c $c (i32.and (local.get $n) (i32.const 3))))
          (local.set $count (i32.add (local.get $count) (i32.const 1))))
        (local.set $inner (i32.const 3))
        (loop $again
          (block $z
            (block $y
              (block $x
                (br_table $x $y $z $z (local.get $inner)))
              (local.set $n (i32.sub (local.get $n) (i32.const 1)))
              (br $outer))
            (local.set $count (i32.add (local.get $count) (i32.const 10)))
            (local.set $inner (i32.const 0))
            (br $again))
          (local.set $inner (i32.sub (local.get $inner) (i32.const 1)))
          (br $again)))
      (if (i32.gt_u (local.get $n) (i32.const 3))
        (then (local.set $n (i32.sub (local.get $n) (i32.const 4))) (br $outer))))
    (local.get $count)))

(assert_return (invoke "interpret" (i32.const 16) (i32.const 1024)) (i32.const 30))
(assert_return (invoke "interpret" (i32.const 32) (i32.const 1024)) (i32.const 0))
(assert_return (invoke "interpret" (i32.const 48) (i32.const 1024)) (i32.const 5))
(assert_return (invoke "interpret" (i32.const 64) (i32.const 65528)) (i32.const 1))
(assert_return (invoke "interpret" (i32.const 64) (i32.const 131064)) (i32.const 1))
(assert_trap (invoke "interpret" (i32.const 64) (i32.const 131068)) "out of bounds memory access")
(assert_trap (invoke "interpret" (i32.const 131072) (i32.const 1024)) "out of bounds memory access")
(assert_return (invoke "operands" (i32.const 10)) (i32.const 1055))
(assert_return (invoke "nested" (i32.const 9)) (i32.const 21))
