// Turns of senders:
// 1. No more work at once than may; while there is room nobody waits.
// 2. A sender with one request waits for at most one request of each other sender, however many those have.
// 3. A cancelled request leaves its line; past the most that may wait a request is refused; no place is ever lost (random
//    arrivals, ends and cancellations; seed printed).
import TestSupport
import Testing
import Threading

@testable import HTTPServer

extension FairTurns {
  fileprivate func turn(of sender: String) async -> Turn { await turn(of: Array(sender.utf8)) }
}

@Suite struct FairTurnsTests {
  @Test("1, 2: a sender of many", .timeLimit(.minutes(1)))
  func crowd() async {
    let turns = FairTurns(atOnce: 1, maxWaiting: 1_000)
    #expect(await turns.turn(of: "crowd") == .come)
    let order = Guarded<[String]>([])
    await withTaskGroup(of: Void.self) { group in
      func ask(_ sender: String) async {
        let before = turns.waiting
        group.addTask {
          guard await turns.turn(of: sender) == .come else { return }
          order.withLock { $0.append(sender) }
          turns.leave()
        }
        while turns.waiting == before { await Task.yield() }
      }
      for _ in 0..<50 { await ask("crowd") }
      await ask("shopper")
      await ask("other")
      await ask("shopper")
      turns.leave()
    }
    let places = order.withLock { $0 }
    #expect(places.count == 53)
    #expect(Array(places.prefix(5)) == ["crowd", "shopper", "other", "crowd", "shopper"])
    #expect(turns.waiting == 0)
  }

  @Test("3: full")
  func full() async {
    let turns = FairTurns(atOnce: 2, maxWaiting: 0)
    #expect(await turns.turn(of: "a") == .come)
    #expect(await turns.turn(of: "a") == .come)
    #expect(await turns.turn(of: "b") == .full)
    turns.leave()
    #expect(await turns.turn(of: "b") == .come)
  }

  @Test("3: random arrivals and cancellations", .timeLimit(.minutes(2)))
  func random() async {
    let seed = UInt64.random(in: .min ... .max)
    print("FairTurnsTests.random seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let turns = FairTurns(atOnce: 3, maxWaiting: 20)
    let working = Guarded((now: 0, most: 0))
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<2_000 {
        let sender = "sender \(Int.random(in: 0..<5, using: &random))"
        let (isCancelled, pauses) = (Bool.random(using: &random), Int.random(in: 0..<4, using: &random))
        group.addTask {
          let task = Task {
            guard await turns.turn(of: sender) == .come else { return }
            working.withLock {
              $0.now += 1
              $0.most = max($0.most, $0.now)
            }
            for _ in 0..<pauses { await Task.yield() }
            working.withLock { $0.now -= 1 }
            turns.leave()
          }
          if isCancelled { task.cancel() }
          await task.value
        }
      }
    }
    #expect(working.withLock { $0.most } <= 3 && turns.waiting == 0, "seed \(seed)")
    // All three places are free again.
    for _ in 0..<3 { #expect(await turns.turn(of: "last") == .come) }
    let fourth = Task { await turns.turn(of: "last") }
    while turns.waiting == 0 { await Task.yield() }
    fourth.cancel()
    #expect(await fourth.value == .cancelled)
  }
}
