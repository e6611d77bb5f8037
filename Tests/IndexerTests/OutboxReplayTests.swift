// One step of the update flow:
// 1. While the engine receives the bulk, the generation's cursor is where it was: it moves after the bulk.
// 2. A bulk that fails, or dead letters that cannot be stored, leave the cursor where it was, so that the next step
//    reads the same entries.
// 3. A refused document is among the dead letters when the cursor moves, and a product that is written later leaves them.
// 4. A full build notes how far it has come only after the products up to there are written.
import Catalog
import Ports
import PostgresClient
import PostgresStore
import SearchDSL
import SearchNode
import Testing
import Threading

@testable import Indexer

@Suite(.timeLimit(.minutes(2))) struct OutboxReplayTests {
  /// A stack whose index is complete, with changes of three products behind its cursor.
  private func stack() async throws -> (stack: IndexingStack, before: OutboxCursor) {
    let stack = try await IndexingStack()
    _ = try await stack.full().run(stack.options)
    let before = try await stack.ledger.liveGeneration(of: stack.alias).cursor
    try await stack.execute("UPDATE catalog.product SET title = 'Changed' WHERE code IN ('D-1', 'D-2', 'D-3')")
    return (stack, before)
  }

  private func replay(
    _ stack: IndexingStack, engine: any SearchEngine, ledger: (any IndexingLedger)? = nil
  ) -> OutboxReplay {
    OutboxReplay(
      source: stack.catalog, ledger: ledger ?? stack.ledger, writer: BulkWriter(engine: engine, clock: stack.clock))
  }

  @Test("1: the bulk goes before the cursor")
  func order() async throws {
    let (stack, before) = try await stack()
    let seen = Guarded<[OutboxCursor]>([])
    let plan = FaultPlan(onFirstBulk: {
      let cursor = try await stack.ledger.liveGeneration(of: stack.alias).cursor
      seen.withLock { $0.append(cursor) }
    })
    let replay = replay(stack, engine: FaultyEngine(stack.node, plan))
    let batch = try #require(try await replay.read(after: before))
    let live = try await stack.ledger.liveGeneration(of: stack.alias)
    #expect(live.cursor == before, "reading moves nothing")
    let result = try await replay.write(batch, generation: live, refresh: true)
    #expect(result.written == 3 && seen.withLock { $0 } == [before])
    let after = try await stack.ledger.liveGeneration(of: stack.alias).cursor
    #expect(after == batch.cursor && after > before)
    #expect(try await stack.isIndexEqual())
  }

  @Test("2: a bulk that fails")
  func failedBulk() async throws {
    let (stack, before) = try await stack()
    let live = try await stack.ledger.liveGeneration(of: stack.alias)
    // An engine that lost the index.
    let replay = replay(stack, engine: SearchNode())
    let batch = try #require(try await replay.read(after: before))
    await #expect(throws: SearchEngineError.self) {
      _ = try await replay.write(batch, generation: live, refresh: true)
    }
    #expect(try await stack.ledger.liveGeneration(of: stack.alias).cursor == before)
    #expect(try await replay.read(after: before)?.ids == batch.ids)
  }

  @Test("2, 3: dead letters", arguments: FaultPlan.Moment.allCases)
  func deadLetters(moment: FaultPlan.Moment) async throws {
    let (stack, before) = try await stack()
    let live = try await stack.ledger.liveGeneration(of: stack.alias)
    let engine = FaultyEngine(stack.node, refused: try await stack.id(2).description)
    // The ledger's first call stores the dead letters, the second moves the cursor.
    let failing = replay(
      stack, engine: engine, ledger: FaultyDatabase(stack, FaultPlan(failing: 1, moment)))
    let batch = try #require(try await failing.read(after: before))
    await #expect(throws: DependencyUnavailable.self) {
      _ = try await failing.write(batch, generation: live, refresh: true)
    }
    #expect(try await stack.ledger.liveGeneration(of: stack.alias).cursor == before)

    let again = replay(stack, engine: engine)
    #expect(try await again.write(batch, generation: live, refresh: true).deadLetters.count == 1)
    let letters = try await stack.ledger.deadLetters(generation: live.number, of: nil, limit: 10)
    #expect(letters.map(\.product) == [try await stack.id(2)])
    #expect(try await stack.ledger.liveGeneration(of: stack.alias).cursor == batch.cursor)

    try await stack.execute("UPDATE catalog.product SET title = 'Mended' WHERE code = 'D-2'")
    let mended = replay(stack, engine: stack.node)
    let next = try #require(try await mended.read(after: batch.cursor))
    _ = try await mended.write(next, generation: live, refresh: true)
    #expect(try await stack.ledger.deadLetterCount(generation: live.number) == 0)
    #expect(try await stack.isIndexEqual())
  }

  @Test("4: a full build notes what is written")
  func fullBuild() async throws {
    let stack = try await IndexingStack(products: 30)
    let loaded = Guarded<[Int64]>([])
    let plan = FaultPlan(onFirstBulk: {
      let building = try await stack.ledger.generations(alias: stack.alias).first { $0.state == .building }
      loaded.withLock { $0.append(building?.loadedThrough.rawValue ?? -1) }
    })
    _ = try await stack.full(engine: FaultyEngine(stack.node, plan)).run(stack.options)
    #expect(loaded.withLock { $0 } == [0])
    #expect(try await stack.isIndexEqual())
  }
}
