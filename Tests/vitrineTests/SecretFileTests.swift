// The secrets that `vitrine up` makes, the administrator's password and the signing key:
// 1. The file has 32 or 64 hexadecimal digits that only its user may read, the same at each start; a secret that
//    somebody wrote into it is kept; two files have different secrets.
// 2. If there is no such folder, or a link stands in the file's place, one clear line says so, and nothing is written
//    through the link.
// 3. Threads that ask for a new file's secret together all get the secret that the file has.
import Foundation
import Testing

@testable import Bootstrap
@testable import vitrine

@Suite struct SecretFileTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "vitrine-token-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("1: made once", arguments: [(false, 32), (true, 64)])
  func madeOnce(isKey: Bool, digits: Int) throws {
    func made(_ folder: String) -> SecretFile {
      isKey ? .signingKey(in: folder) : .administratorPassword(in: folder)
    }
    var tokens: Set<String> = []
    for _ in 0..<2 {
      try withFolder { folder in
        let file = made(folder)
        let token = try file.secret()
        #expect(token.count == digits && token.allSatisfy(\.isHexDigit))
        #expect(try file.secret() == token && made(folder).secret() == token)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        tokens.insert(token)
        try "one of my own\n".replacing(" ", with: "-").write(toFile: file.path, atomically: false, encoding: .utf8)
        #expect(try file.secret() == "one-of-my-own")
      }
    }
    #expect(tokens.count == 2)
  }

  @Test("3: made together")
  func madeTogether() async throws {
    for _ in 0..<20 {
      let folder = NSTemporaryDirectory() + "vitrine-token-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let secrets = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<8 { group.addTask { try SecretFile.signingKey(in: folder).secret() } }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(secrets == [try SecretFile.signingKey(in: folder).secret()])
    }
  }

  @Test("2: obstacles")
  func inTheWay() throws {
    try withFolder { folder in
      #expect {
        try SecretFile.administratorPassword(in: folder + "/none").secret()
      } throws: {
        "\($0)".hasPrefix("the administrator password's file \(folder)/none/admin-password cannot be used: ")
      }
      let other = folder + "/other"
      try "".write(toFile: other, atomically: false, encoding: .utf8)
      try FileManager.default.createSymbolicLink(atPath: folder + "/admin-password", withDestinationPath: other)
      #expect(throws: SecretFile.Fault.self) { try SecretFile.administratorPassword(in: folder).secret() }
      #expect(try String(contentsOfFile: other, encoding: .utf8).isEmpty)
    }
  }
}
