// Properties proved here:
// 1. A search finds the peak of a concave function exactly, from any side, and stays within its bounds.
// 2. A weight that affects no query does not move, and neither does a weight whose gain is below the penalty.
// 3. The result is never worse than the start, on the queries searched on, whatever the values.
// 4. Folds hold out every query once, the search on the others never sees the values of those held out, and a seed
//    gives the same folds again.
// 5. A point is evaluated once, however many folds ask for it.
// 6. An error of a value ends the search and is thrown.
import Numbers
import Ranking
import Synchronization
import Testing

@Suite struct CoordinateAscentTests {
  @Test("1. the peak of a concave function", arguments: [[2, -3], [-5, 4], [0, 0], [9, 9]])
  func peak(target: [Int]) async throws {
    let ascent = CoordinateAscent(steps: [-5...5, -6...6], penalty: 0) { point in
      let distances = zip(point, target).map { Double(($0 - $1) * ($0 - $1)) }
      return [-distances[0], -distances[1]]
    }
    let found = try await ascent.search(on: [0, 1])
    #expect(found.point == [min(5, max(-5, target[0])), min(6, max(-6, target[1]))])
  }

  @Test("2. worthless weights do not move") func penalty() async throws {
    // The first weight gains 0.01 a step, the second 0.0001, the third nothing.
    let values: CoordinateAscent.Values = { point in [0.01 * Double(point[0]) + 0.0001 * Double(point[1])] }
    let held = CoordinateAscent(steps: [-3...3, -3...3, -3...3], penalty: 0.001, values: values)
    #expect(try await held.search(on: [0]).point == [3, 0, 0])
    let free = CoordinateAscent(steps: [-3...3, -3...3, -3...3], penalty: 0, values: values)
    #expect(try await free.search(on: [0]).point == [3, 3, 0])
    let costly = CoordinateAscent(steps: [-3...3, -3...3, -3...3], penalty: 0.02, values: values)
    #expect(try await costly.search(on: [0]).point == [0, 0, 0])
  }

  @Test("3. never worse than the start", arguments: [UInt64(11), 12, 13]) func neverWorse(seed: UInt64) async throws {
    let noise: CoordinateAscent.Values = { point in
      var random = SplitMix64(seed: seed ^ UInt64(bitPattern: Int64(point.hashless)))
      return (0..<10).map { _ in Double(random.below(1_000)) / 1_000 }
    }
    let ascent = CoordinateAscent(steps: [-4...4, -4...4, 0...4], penalty: 0.001, values: noise)
    let queries = [1, 3, 5, 7]
    let found = try await ascent.search(on: queries)
    #expect(try await found.mean >= ascent.mean(at: ascent.start, on: queries), "seed \(seed)")
  }

  @Test("4. folds") func folds() async throws {
    // Query q is best at step q % 3 - 1, so that each fold's search shows which queries it saw.
    let values: CoordinateAscent.Values = { point in (0..<23).map { point[0] == $0 % 3 - 1 ? 1 : 0 } }
    let folds = try await CoordinateAscent(steps: [-1...1], penalty: 0, values: values)
      .crossValidate(queryCount: 23, folds: 5, seed: 4)
    #expect(folds.flatMap(\.heldOut).sorted() == Array(0..<23))
    #expect(folds.allSatisfy { (4...5).contains($0.heldOut.count) })
    let again = try await CoordinateAscent(steps: [-1...1], penalty: 0, values: values)
      .crossValidate(queryCount: 23, folds: 5, seed: 4)
    #expect(again == folds)
    for fold in folds {
      // The same point is found if the values of the held-out queries are replaced with nonsense.
      let blind = CoordinateAscent(steps: [-1...1], penalty: 0) { point in
        var result = try await values(point)
        for query in fold.heldOut { result[query] = point[0] == 1 ? 100 : -100 }
        return result
      }
      #expect(try await blind.search(on: (0..<23).filter { !fold.heldOut.contains($0) }).point == fold.point)
    }
  }

  @Test("5. evaluated once") func valuedOnce() async throws {
    let asked = Mutex<[CoordinateAscent.Point: Int]>([:])
    let ascent = CoordinateAscent(steps: [-2...2, -2...2], penalty: 0) { point in
      asked.withLock { $0[point, default: 0] += 1 }
      return (0..<12).map { Double((point[0] * 7 + point[1] * 3 + $0) % 5) }
    }
    _ = try await ascent.crossValidate(queryCount: 12, folds: 4, seed: 1)
    _ = try await ascent.search(on: Array(0..<12))
    let counts = asked.withLock { $0 }
    #expect(counts.values.allSatisfy { $0 == 1 } && counts.count <= 25)
    #expect(await ascent.pointsValued == counts.count)
  }

  @Test("6. errors") func errors() async {
    struct Down: Error {}
    let ascent = CoordinateAscent(steps: [-1...1], penalty: 0) { point in
      if point[0] == 1 { throw Down() }
      return [0]
    }
    await #expect(throws: Down.self) { _ = try await ascent.search(on: [0]) }
  }
}

extension CoordinateAscent.Point {
  /// A distinct number for each small point, the same in every run.
  fileprivate var hashless: Int { reduce(0) { $0 * 31 + $1 + 15 } }
}
