// The shop's schema. Properties proved here:
// 1. The program's list of migrations is the folder's, and a migrated database is current.
import FoundationEssentials
import LocalServices
import PostgresClient
import PostgresStore
import Testing

@Suite struct MigrationsTests {
  @Test("1: the program's list is the folder's")
  func embedded() async throws {
    let folder =
      #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
      + "/Sources/PostgresStore/Migrations"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sql") }.sorted()
    #expect(files == Migration.all.map { $0.fileName })
    for migration in Migration.all {
      let text = try String(contentsOfFile: folder + "/" + migration.fileName, encoding: .utf8)
      #expect(text == migration.sql)
    }
    let pool = PostgresPool(try await TestPostgres.shared.makeDatabase())
    #expect(try await Migrator.shop.status(pool).isCurrent)
    await pool.close()
  }
}
