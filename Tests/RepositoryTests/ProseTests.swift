// Plain English in comments and pages. Properties proved here:
// 1. No comment and no page has the plain forms of the habit of writing a clause in the place of a noun.
// 2. The check finds each form where it is planted, in every kind of file, and leaves good lines, code and questions.
// 3. The repository stands alone: nothing names files beside the checkout, except one declared place.

import Testing

@Suite struct ProseTests {
  /// Folders and files that are not rewritten yet; a rewrite removes its entry.
  private static let open = [
    "Sources/Understanding/", "Sources/SearchService/RetrievalQuery",
    "Tests/UnderstandingTests/",
    "docs/explain/relevance.md",
  ]

  /// Migrations that have landed never change, because their checksums are kept in every database.
  private static let lastLandedMigration = 11

  private static func isLanded(_ path: String) -> Bool {
    guard let folder = path.firstRange(of: "/Migrations/") else { return false }
    return (Int(path[folder.upperBound...].prefix(4)) ?? .max) <= lastLandedMigration
  }

  private static func files() -> [String] {
    let folders = ["Sources", "Tests", "docs", "scripts"]
    let kinds = ["swift", "sql", "h", "c", "cpp", "md", "py"].flatMap {
      Repository.files(under: folders, withExtension: $0)
    }
    let scripts = ["check", "docc", "install-lightgbm", "install-packages", "packages.txt", "sanitize"].map {
      "scripts/" + $0
    }
    let top = [".ci/run", "Makefile", "Package.swift", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
    return kinds + scripts + top
  }

  @Test("1: no clause in the place of a noun")
  func habit() throws {
    let files = Self.files()
    #expect(files.count > 400)
    for file in files where !Self.isLanded(file) && !Self.open.contains(where: { file.hasPrefix($0) }) {
      for line in ProseLine.lines(of: try Repository.text(file), path: file) {
        guard let habit = line.habit else { continue }
        Issue.record("\(file):\(line.number): '\(habit)': name the noun and use an active verb: \(line.text)")
      }
    }
  }

  // In halves, so that this file does not find itself.
  private static let planted = [
    "Wh" + "at ends the producer ends the renderer.", "Wh" + "o sends none makes no visitors.",
    "Wh" + "oever asks pays.", "Of wh" + "at has no choice none is drawn.", "Of wh" + "om nothing is known.",
    "The outbox is t" + "o be read.", "Rows are t" + "o be sorted.", "The body is n" + "o JSON.",
    "Skipped, for want o" + "f Java.",
  ]
  private static let plain = [
    "The renderer stops when the producer stops.", "There is no product of this code.", "What does a query do?",
    "Whatever the order, the sum is the same.", "Whose turn it is does not matter.", "The list is noted.",
  ]

  @Test("2: planted lines are found", arguments: planted)
  func found(line: String) {
    let files = [
      "a.swift": "let x = 1\n  /// \(line)\n", "b.swift": "let x = 1  // \(line)\n", "c.sql": "SELECT 1;\n-- \(line)\n",
      "scripts/d": "set -e\n# \(line)\n", "e.md": "# Title\n- \(line)\n", "f.md": "# Title\n| \(line) | 1 |\n",
      "g.h": "/* \(line) */\n", "Makefile": "all:\n\ttrue\n# \(line)\n",
    ]
    for (path, text) in files {
      #expect(ProseLine.lines(of: text, path: path).count { $0.habit != nil } == 1, "\(path): \(line)")
    }
  }

  @Test("2: good lines are left", arguments: plain)
  func left(line: String) {
    for (path, text) in ["a.swift": "/// \(line)", "c.sql": "-- \(line)", "d": "# \(line)", "e.md": "\(line)"] {
      #expect(ProseLine.lines(of: text, path: path).allSatisfy { $0.habit == nil }, "\(path): \(line)")
    }
  }

  @Test("2: code is not prose")
  func code() {
    let line = Self.planted[0]
    for (path, text) in [
      "a.swift": "let text = \"\(line)\"", "e.md": "```\n\(line)\n```\n    \(line)\nSee `\(line)` there.",
      "c.sql": "SELECT '\(line)'",
    ] {
      #expect(ProseLine.lines(of: text, path: path).allSatisfy { $0.habit == nil }, "\(path)")
    }
  }

  @Test("3: the repository stands alone")
  func standsAlone() throws {
    // In halves, so that this file does not find itself.
    let outside = ["../sh" + "ared", "DESI" + "GN.md", "KNOWN_AN" + "SWERS", "STY" + "LE.md"]
    let declared = "Sources/LocalServices/OptionalMaterial.swift"
    for file in Self.files() where !Self.isLanded(file) && file != declared {
      let text = try Repository.text(file)
      for name in outside where text.contains(name) { Issue.record("\(file) names \(name), which a clone lacks") }
    }
  }
}
