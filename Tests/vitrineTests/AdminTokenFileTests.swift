// The admin token that `vitrine up` makes:
// 1. The file has 32 hexadecimal digits that only its user may read, the same at each start; a token that somebody
//    wrote into it is kept; two files have different tokens.
// 2. If there is no such folder, or a link stands in the file's place, one clear line says so, and nothing is written
//    through the link.
import Foundation
import Testing

@testable import vitrine

@Suite struct AdminTokenFileTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "vitrine-token-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  @Test("1: made once")
  func madeOnce() throws {
    var tokens: Set<String> = []
    for _ in 0..<2 {
      try withFolder { folder in
        let file = AdminTokenFile(in: folder)
        let token = try file.token()
        #expect(token.count == 32 && token.allSatisfy(\.isHexDigit))
        #expect(try file.token() == token && AdminTokenFile(in: folder).token() == token)
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        tokens.insert(token)
        try "one of my own\n".replacing(" ", with: "-").write(toFile: file.path, atomically: false, encoding: .utf8)
        #expect(try file.token() == "one-of-my-own")
      }
    }
    #expect(tokens.count == 2)
  }

  @Test("2: obstacles")
  func inTheWay() throws {
    try withFolder { folder in
      #expect {
        try AdminTokenFile(in: folder + "/none").token()
      } throws: {
        "\($0)".hasPrefix("the admin token's file \(folder)/none/admin-token cannot be used: ")
      }
      let other = folder + "/other"
      try "".write(toFile: other, atomically: false, encoding: .utf8)
      try FileManager.default.createSymbolicLink(atPath: folder + "/admin-token", withDestinationPath: other)
      #expect(throws: AdminTokenFile.Fault.self) { try AdminTokenFile(in: folder).token() }
      #expect(try String(contentsOfFile: other, encoding: .utf8).isEmpty)
    }
  }
}
