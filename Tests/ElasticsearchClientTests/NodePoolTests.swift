// Properties proved here:
// 1. Living nodes take turns; a failed one is left out for a pause that doubles, and comes back when it ends.
// 2. Nodes just tried are avoided where there is another; with all dead, the one whose pause ends first is tried.
// 3. With all nodes failing again and again, one request a second is let through, until one succeeds.
// 4. Pauses between attempts grow to their bound with full jitter; the budget allows a burst, then a tenth.
// 5. Paths are percent-encoded; patterns match with several stars.
import Testing

@testable import ElasticsearchClient

@Suite struct NodePoolTests {
  @Test("1. turns and pauses") func turns() {
    var pool = NodePool(addresses: ["a", "b", "c"])
    let now = ContinuousClock.now
    #expect((0..<6).map { _ in pool.next(now: now, avoiding: []) } == [0, 1, 2, 0, 1, 2])
    pool.failed(1, now: now)
    #expect((0..<4).map { _ in pool.next(now: now, avoiding: []) } == [0, 2, 0, 2])
    let later = now + NodePool.firstPause
    #expect((0..<3).map { _ in pool.next(now: later, avoiding: []) } == [0, 1, 2])
    pool.failed(1, now: later)
    #expect(!(0..<3).map { _ in pool.next(now: later + NodePool.firstPause * 1.5, avoiding: []) }.contains(1))
    #expect((0..<3).map { _ in pool.next(now: later + NodePool.firstPause * 2, avoiding: []) }.contains(1))
    pool.succeeded(1)
    #expect((0..<3).map { _ in pool.next(now: later, avoiding: []) }.contains(1))
  }

  @Test("2. avoiding, and all dead") func avoiding() {
    var pool = NodePool(addresses: ["a", "b"])
    let now = ContinuousClock.now
    #expect(pool.next(now: now, avoiding: [0]) == 1)
    #expect([0, 1].contains(pool.next(now: now, avoiding: [0, 1])))
    pool.failed(0, now: now)
    pool.failed(1, now: now - .milliseconds(100))
    #expect(pool.next(now: now, avoiding: []) == 1)
  }

  @Test("3. the open circuit") func circuit() {
    var pool = NodePool(addresses: ["a", "b"])
    let now = ContinuousClock.now
    for failure in 0..<2 * NodePool.failuresToOpenCircuit {
      #expect(pool.next(now: now, avoiding: []) != nil, "\(failure)")
      pool.failed(failure % 2, now: now)
    }
    #expect((0..<5).map { _ in pool.next(now: now, avoiding: []) }.count { $0 != nil } == 1)
    let later = now + NodePool.probeInterval
    #expect((0..<5).map { _ in pool.next(now: later, avoiding: []) }.count { $0 != nil } == 1)
    pool.succeeded(1)
    #expect((0..<5).map { _ in pool.next(now: later, avoiding: []) } == [1, 1, 1, 1, 1])
  }

  @Test("4. pauses and budget") func pauses() {
    let policy = RetryPolicy()
    #expect(policy.pause(afterAttempt: 0, random: 1) == .milliseconds(50))
    #expect(policy.pause(afterAttempt: 2, random: 0.5) == .milliseconds(100))
    #expect(policy.pause(afterAttempt: 60, random: 1) == .seconds(2))
    var budget = RetryBudget()
    var spent = 0
    while budget.spend() { spent += 1 }
    #expect(spent == 20)
    for _ in 0..<1_000 {
      budget.earn()
      if budget.spend() { spent += 1 }
    }
    #expect((118...121).contains(spent), "\(spent)")
  }

  @Test("5. paths and patterns") func paths() {
    #expect("a/b c?é*,x_-.~".pathSegment == "a%2Fb%20c%3F%C3%A9*,x_-.~")
    #expect("\n".pathSegment == "%0A")
    for (name, pattern, expected) in [
      ("products-1", "products-*", true), ("products", "products-*", false), ("a", "a", true), ("ab", "a", false),
      ("ab", "*", true), ("a-b-c", "a*b*c", true), ("a-c", "a*b*c", false), ("aa", "aa*aa", false),
      ("xaab", "*a*b", true), ("", "*", true),
    ] { #expect(name.matches(pattern: pattern) == expected, "\(name) \(pattern)") }
  }
}
