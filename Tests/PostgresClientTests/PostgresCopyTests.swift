// Properties of COPY and cursors:
// 1. Rows of each type are read back as COPY wrote them, and COPY accepts its own output again.
// 2. A COPY whose writer throws, or that the server refuses, keeps nothing and leaves the connection usable.
// 3. 1,000,000 rows go through a cursor in constant memory.
// 4. A cursor works with parameters, within a transaction and without, and can be left in the middle.
import FoundationEssentials
import LocalServices
import PostgresClient
import Testing

@Suite struct PostgresCopyTests {
  @Test("1: rows of each type survive COPY")
  func roundTrip() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    try await pool.execute(
      """
      CREATE TABLE t (id bigint, small smallint, d double precision, b boolean, s text, bytes bytea, at timestamptz,
        u uuid, ints bigint[], strings text[], x xid8, n numeric, j jsonb)
      """)
    let uuid = UUID()
    let awkward = "tab\there\nline\r\\back \"quote\" {brace},é😀\\N"
    let strings = [awkward, "", "NULL", "a,b"]
    let ages = [0.0, 123_456_789.25, -63_000_000_000.5, 694_224_000, 31_622_399.999999]
    let count = try await pool.withConnection { connection in
      try await connection.copyIn("COPY t FROM STDIN") { rows in
        for (index, age) in ages.enumerated() {
          try await rows.write(
            index, Int16(-1), -0.1, true, awkward, [UInt8](0...255), Date(timeIntervalSinceReferenceDate: age), uuid,
            [Int64.min, 7], strings, UInt64.max, String?.none, #"{"a": "\\"}"#)
        }
      }
    }
    #expect(count == ages.count)
    let rows = try await pool.query("SELECT * FROM t ORDER BY id")
    for (row, age) in zip(rows, ages) {
      let read = try row.decode("at", as: Date.self).timeIntervalSinceReferenceDate
      #expect(abs(read - age) < 0.00001)
      #expect(try row.decode("d", as: Double.self) == -0.1)
      #expect(try row.decode("s", as: String.self) == awkward)
      #expect(try row.decode("bytes", as: [UInt8].self) == [UInt8](0...255))
      #expect(try row.decode("u", as: UUID.self) == uuid)
      #expect(try row.decode("ints", as: [Int64].self) == [.min, 7])
      #expect(try row.decode("strings", as: [String].self) == strings)
      #expect(try row.decode("x", as: UInt64.self) == .max)
      #expect(try row.decode("n", as: String?.self) == nil)
      #expect(try row.decode("small", as: Int.self) == -1)
    }
    try await pool.withConnection { connection in
      var lines: [UInt8] = []
      try await connection.copyOut("COPY t TO STDOUT") { lines += $0 }
      let copied = try await connection.copyIn("COPY t FROM STDIN") { try await $0.write(lines: lines) }
      #expect(copied == ages.count)
    }
    let distinct = try await pool.query("SELECT count(DISTINCT t::text), count(*) FROM t")[0]
    #expect(try distinct.decode(Int.self, at: 0) == ages.count)
    #expect(try distinct.decode(Int.self, at: 1) == 2 * ages.count)
    await pool.close()
  }

  @Test("2: a COPY that fails keeps nothing")
  func failures() async throws {
    struct Stop: Error {}
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    try await pool.execute("CREATE TABLE t (id bigint PRIMARY KEY)")
    try await pool.withConnection { connection in
      let process = await connection.processID
      await #expect(throws: Stop.self) {
        try await connection.copyIn("COPY t FROM STDIN") { rows in
          for id in 0..<100_000 { try await rows.write(id) }
          throw Stop()
        }
      }
      let refused = await #expect(throws: PostgresError.self) {
        try await connection.copyIn("COPY t FROM STDIN") { rows in
          for _ in 0..<100_000 { try await rows.write(1) }
        }
      }
      if case .server(let error) = refused { #expect(error.isUniqueViolation) } else { Issue.record("\(refused!)") }
      await #expect(throws: Stop.self) {
        try await connection.copyOut("COPY (SELECT * FROM generate_series(1, 10000000)) TO STDOUT") { _ in
          throw Stop()
        }
      }
      await #expect(throws: PostgresError.self) {
        try await connection.copyIn("COPY t FROM STDIN") { _ in try await connection.query("SELECT 1") }
      }
      await #expect(throws: PostgresError.self) { try await connection.copyIn("SELECT 1") { _ in } }
      let row = try await connection.query("SELECT count(*), pg_backend_pid() FROM t")[0]
      #expect(try row.decode(Int.self, at: 0) == 0)
      #expect(try row.decode(Int32.self, at: 1) == process)
    }
    await pool.close()
  }

  @Test("3: a million rows go through a cursor in constant memory")
  func millionRows() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    var count = 0
    var sum: Int64 = 0
    var bytes = 0
    var residentAtStart = 0
    try await pool.forEachRow(
      "SELECT g AS id, repeat('x', 200) AS title FROM generate_series(1, \(1_000_000)::bigint) g"
    ) { row in
      sum += try row.decode("id", as: Int64.self)
      bytes += try row.decode("title", as: String.self).utf8.count
      count += 1
      if count == 100_000 { residentAtStart = residentBytes() }
    }
    let growth = residentBytes() - residentAtStart
    #expect(count == 1_000_000)
    #expect(sum == 500_000_500_000)
    #expect(bytes == 200_000_000)
    // The rows hold over 200 MB; other tests run in this process meanwhile and may take some of this.
    #expect(growth < 100_000_000, "grew by \(growth) bytes")
    await pool.close()
  }

  @Test("4: a cursor can be nested, bound and left")
  func cursors() async throws {
    struct Enough: Error {}
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    try await pool.withConnection { connection in
      await #expect(throws: Enough.self) {
        try await connection.forEachBatch("SELECT generate_series(1, 100000)", batchSize: 10) { _ in throw Enough() }
      }
      #expect(await !connection.isInTransaction)
      var pairs = 0
      try await connection.transaction { connection in
        try await connection.forEachRow("SELECT g FROM generate_series(1, \(5)::int) g", batchSize: 2) { row in
          let outer = try row.decode(Int.self, at: 0)
          try await connection.forEachRow("SELECT g FROM generate_series(1, \(outer)::int) g", batchSize: 5) { _ in
            pairs += 1
          }
        }
      }
      #expect(pairs == 15)
    }
    await pool.close()
  }
}

/// This process's resident memory.
func residentBytes() -> Int {
  guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
  return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
}
