// Properties proved here:
// 1. Living nodes take turns; a failed one is left out for a pause that doubles, and returns when it answers.
// 2. Nodes just tried are avoided if there is another; if all are dead, the one whose pause ends first is tried.
// 3. While all nodes keep failing, one request a second is let through, until one succeeds.
// 4. Pauses between attempts grow to their limit, with full jitter added to the server's Retry-After; the budget allows
//    a burst, then a tenth.
// 5. Paths are percent-encoded; patterns match with several stars.
// 6. After a pause one request tries the node, and the others do without it until it answers.
// 7. Requests that were in progress together and broke together are one failure.
// 8. A node that did not answer in time is left out, unless it answered another request meanwhile or had hardly any
//    time; silence alone never opens the circuit.
import Testing

@testable import ElasticsearchClient

extension NodePool {
  /// A failure of a request that was just sent.
  fileprivate mutating func failed(_ node: Int, now: ContinuousClock.Instant) {
    failed(node, sentAt: now, now: now, reason: "a test")
  }

  /// The nodes of the next `count` requests.
  fileprivate mutating func take(_ count: Int, now: ContinuousClock.Instant) -> [Int?] {
    (0..<count).map { _ in next(now: now, avoiding: []) }
  }
}

@Suite struct NodePoolTests {
  private let now = ContinuousClock.now

  @Test("1. turns and pauses") func turns() {
    var pool = NodePool(count: 3)
    #expect(pool.take(6, now: now) == [0, 1, 2, 0, 1, 2])
    pool.failed(1, now: now)
    #expect(pool.take(4, now: now) == [0, 2, 0, 2])
    let later = now + NodePool.firstPause
    #expect(pool.take(3, now: later) == [0, 1, 2])
    pool.failed(1, now: later)
    #expect(!pool.take(3, now: later + NodePool.firstPause * 1.5).contains(1))
    #expect(pool.take(3, now: later + NodePool.firstPause * 2).contains(1))
    pool.answered(1, now: later)
    #expect(pool.take(3, now: later).contains(1))
  }

  @Test("1. the pause has a bound") func longestPause() {
    var pool = NodePool(count: 2)
    var time = now
    for _ in 0..<100 {
      pool.failed(0, now: time)
      #expect(pool.take(2, now: time) == [1, 1])
      time += NodePool.longestPause
      #expect(pool.take(2, now: time).contains(0))
    }
  }

  @Test("2. avoiding, and all dead") func avoiding() {
    var pool = NodePool(count: 2)
    #expect(pool.next(now: now, avoiding: [0]) == 1)
    #expect([0, 1].contains(pool.next(now: now, avoiding: [0, 1])))
    pool.failed(0, now: now)
    pool.failed(1, now: now - .milliseconds(100))
    #expect(pool.next(now: now, avoiding: []) == 1)
  }

  @Test("3. the open circuit") func circuit() {
    var pool = NodePool(count: 2)
    for failure in 0..<2 * NodePool.failuresToOpenCircuit {
      #expect(pool.next(now: now, avoiding: []) != nil, "\(failure)")
      pool.failed(failure % 2, now: now)
    }
    #expect(pool.take(5, now: now).count { $0 != nil } == 1)
    let later = now + NodePool.probeInterval
    #expect(pool.take(5, now: later).count { $0 != nil } == 1)
    pool.answered(1, now: later)
    #expect(pool.take(5, now: later) == [1, 1, 1, 1, 1])
    #expect(pool.lastFailureReason == "a test")
  }

  @Test("6. one request finds out") func probation() {
    var pool = NodePool(count: 2)
    pool.failed(0, now: now)
    let later = now + NodePool.firstPause
    #expect(pool.take(10, now: later).count { $0 == 0 } == 1)
    // The probe never came back, so the node is left out as long as after one more failure of that kind.
    #expect(!pool.take(10, now: later + NodePool.firstPause * 0.9).contains(0))
    #expect(pool.take(10, now: later + NodePool.firstPause).count { $0 == 0 } == 1)
    pool.answered(0, now: later + NodePool.firstPause)
    #expect(pool.take(10, now: later + NodePool.firstPause).count { $0 == 0 } == 5)
  }

  @Test("7. a burst is one failure") func burst() {
    var pool = NodePool(count: 1)
    let broken = now + .milliseconds(10)
    for _ in 0..<100 { pool.failed(0, sentAt: now, now: broken, reason: "reset") }
    #expect(pool.take(10, now: broken) == Array(repeating: 0, count: 10))
    for _ in 1..<NodePool.failuresToOpenCircuit { pool.failed(0, now: broken) }
    #expect(pool.take(10, now: broken).count { $0 != nil } == 1)
  }

  @Test("8. silence") func silence() {
    var pool = NodePool(count: 2)
    let sent = now
    let end = now + .milliseconds(100)
    pool.wasSilent(0, sentAt: sent, now: sent + .milliseconds(1))
    #expect(pool.take(2, now: end) == [0, 1])
    pool.answered(0, now: sent + .milliseconds(50))
    pool.wasSilent(0, sentAt: sent, now: end)
    #expect(pool.take(2, now: end) == [0, 1])
    pool.wasSilent(0, sentAt: sent + .milliseconds(50), now: end)
    #expect(pool.take(2, now: end) == [1, 1])
    var alone = NodePool(count: 1)
    for number in 0..<100 {
      let sent = now + .milliseconds(100) * number
      alone.wasSilent(0, sentAt: sent, now: sent + .milliseconds(100))
      #expect(alone.take(3, now: sent + .milliseconds(100)) == [0, 0, 0])
    }
  }

  @Test("4. pauses and budget") func pauses() {
    let policy = RetryPolicy()
    #expect(policy.pause(afterAttempt: 0, atLeast: .zero, random: 1) == .milliseconds(50))
    #expect(policy.pause(afterAttempt: 2, atLeast: .zero, random: 0.5) == .milliseconds(100))
    #expect(policy.pause(afterAttempt: 60, atLeast: .zero, random: 1) == .seconds(2))
    #expect(policy.pause(afterAttempt: 0, atLeast: .seconds(3), random: 0.5) == .milliseconds(3_025))
    var budget = RetryBudget(maxConnections: 32)
    var spent = 0
    while budget.spend() { spent += 1 }
    #expect(spent == 64)
    for _ in 0..<1_000 {
      budget.earn()
      if budget.spend() { spent += 1 }
    }
    #expect((162...165).contains(spent), "\(spent)")
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
