// Properties of the pool and its connections:
// 1. Values of each type are read back unchanged, NULL included.
// 2. A decoding error names the column and both types.
// 3. A transaction commits when its body returns and leaves nothing when it throws.
import FoundationEssentials
import LocalServices
import PostgresClient
import Testing

@Suite struct PostgresPoolTests {
  @Test("1: values of each type are read back unchanged")
  func values() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    let uuid = UUID()
    let strings = ["a", "", "{\"}"]
    let date = Date(timeIntervalSinceReferenceDate: 123_456_789.25)
    let rows = try await pool.query(
      """
      SELECT \(true) AS b, \(Int16(-7)) AS i2, \(Int32(-70000)) AS i4, \(Int64.min) AS i8, \(Int.max) AS i,
        \(1.5) AS d, \("déjà 'vu' 😀")::text AS s, \([UInt8]([0, 1, 255])) AS bytes, \(uuid) AS u, \(date) AS t,
        \([Int64.max, 0, -1]) AS ints, \(strings) AS strings, \(UInt64.max) AS x, \(Int64?.none) AS n,
        \(#"{"a": 1}"#)::jsonb AS j, \("12345678901234567890.00100")::numeric AS num, \("-0.5")::numeric AS half,
        \([Int64?.some(1), nil]) AS holes, '{}'::text[] AS none
      """)
    let row = try #require(rows.first)
    #expect(try row.decode("b", as: Bool.self))
    #expect(try row.decode("i2", as: Int16.self) == -7)
    #expect(try row.decode("i4", as: Int32.self) == -70000)
    #expect(try row.decode("i8", as: Int64.self) == .min)
    #expect(try row.decode("i", as: Int.self) == .max)
    #expect(try row.decode("d", as: Double.self) == 1.5)
    #expect(try row.decode("s", as: String.self) == "déjà 'vu' 😀")
    #expect(try row.decode("bytes", as: [UInt8].self) == [0, 1, 255])
    #expect(try row.decode("u", as: UUID.self) == uuid)
    #expect(try row.decode("t", as: Date.self) == date)
    #expect(try row.decode("ints", as: [Int64].self) == [.max, 0, -1])
    #expect(try row.decode("strings", as: [String].self) == strings)
    #expect(try row.decode("x", as: UInt64.self) == .max)
    #expect(try row.decode("n", as: Int64?.self) == nil)
    #expect(try row.decode("j", as: String.self) == #"{"a": 1}"#)
    #expect(try row.decode("num", as: String.self) == "12345678901234567890.00100")
    #expect(try row.decode("half", as: Double.self) == -0.5)
    #expect(try row.decode("holes", as: [Int64?].self) == [1, nil])
    #expect(try row.decode("none", as: [String].self) == [])
    await pool.close()
  }

  @Test("2: a decoding error names the column and both types")
  func decodingErrors() async throws {
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase(isMigrated: false))
    let row = try #require(try await pool.query("SELECT 'x'::text AS title, NULL::bigint AS price").first)
    #expect(throws: PostgresError.self) { try row.decode("title", as: Int64.self) }
    do {
      _ = try row.decode("price", as: Int64.self)
      Issue.record("NULL was decoded")
    } catch {
      #expect("\(error)" == "column price (number 1) holds NULL, not Int64")
    }
    await pool.close()
  }

  @Test("3: a transaction commits or leaves nothing")
  func transactions() async throws {
    struct Stop: Error {}
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    try await pool.execute("CREATE TABLE t (id bigint PRIMARY KEY)")
    try await pool.withTransaction { try await $0.execute("INSERT INTO t VALUES (1), (2)") }
    await #expect(throws: Stop.self) {
      try await pool.withTransaction { connection in
        try await connection.execute("INSERT INTO t VALUES (3)")
        throw Stop()
      }
    }
    let count = try await pool.query("SELECT count(*) FROM t")[0].decode(Int.self, at: 0)
    #expect(count == 2)
    await pool.close()
  }
}
