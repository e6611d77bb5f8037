package import Catalog
import Glibc
package import Indexer
package import Understanding

/// The folder with `IndexMappings/` and `Seeds/`: the working folder, or one above it or above the executable.
package enum ProjectFolder {
  struct NotFound: Error, CustomStringConvertible {
    let description =
      "vitrine needs the folders IndexMappings and Synonyms of its project, and found them neither in the working folder nor above it nor above the program: run it in the project's folder, or keep the program there"
  }

  package static func find() throws -> String {
    let executable = realPath("/proc/self/exe").map { String($0[..<($0.lastIndex(of: "/") ?? $0.endIndex)]) }
    for start in [realPath("."), executable].compactMap({ $0 }) {
      var folder = start
      while !folder.isEmpty {
        if access(folder + "/IndexMappings/products.json", R_OK) == 0 { return folder }
        folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
      }
    }
    throw NotFound()
  }

  /// A file's bytes.
  package static func read(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw UnreadableFile(path: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      if count == 0 { break }
      bytes.append(contentsOf: buffer[..<count])
    }
    guard ferror(file) == 0 else { throw UnreadableFile(path: path) }
    return bytes
  }

  /// The mapping of the products' index.
  package static func productsMapping() throws -> IndexMapping {
    try IndexMapping(parsing: read(find() + "/IndexMappings/products.json"))
  }

  /// The texts that fill a shop without published rules.
  package static func ruleTexts() throws -> RuleTexts {
    let folder = try find() + "/Synonyms/"
    func text(_ name: String) throws -> String { String(decoding: try read(folder + name), as: UTF8.self) }
    return RuleTexts([
      .synonyms: try text("en.txt"), .stopPhrases: try text("stop-phrases.txt"),
      .accessories: try text("accessories.txt"), .redirects: try text("redirects.txt"),
      .unsuggested: try text("unsuggested.txt"),
    ])
  }

  /// The initial rules about words: synonyms and the like.
  package static func queryRules() throws -> QueryRules {
    try ruleTexts().compiled(currency: .gbp)
  }

  struct UnreadableFile: Error, CustomStringConvertible {
    let path: String
    var description: String { "\(path) cannot be read" }
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
