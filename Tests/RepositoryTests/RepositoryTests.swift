// The repository's own rules, held over its text. Properties proved here:
// 1. Files and folders that the pages at the root and in docs/ name or link exist.
// 2. A target imports its declared dependencies and the toolchain's modules only, and depends on what its layer may;
//    only the executable and tests name an adapter, only its owners a C library; no package comes from outside.
// 3. No function in Sources is longer than 70 lines. Tests are exempt: their tables of cases are data.
// 4. A note of work to do has an owner: the word, then a name in parentheses.
// 5. No folder is called after a kind of thing (Utils, Helpers, Common, Managers, Models).
// 6. scripts/packages.txt holds every Debian package that Package.swift asks for; docs/reference/dependencies.md
//    explains every package in the list.
// 7. docs/README.md links every page in docs/, and its links lead somewhere.
// 8. A test file opens with the numbered properties that it proves.
// 9. The wiring or a command reads each setting, so that none is offered that changes nothing.
// 10. The scanner for 2 and 3 reads comments, strings, interpolations, requirements and nesting correctly.

import Testing

@Suite struct RepositoryTests {
  @Test("1: the root pages' files exist", arguments: ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
  func rootFiles(page: String) throws {
    try expectPathsExist(in: page)
    for link in Repository.linkedFiles(of: try Repository.text(page)) {
      #expect(Repository.exists(link), "\(page) links \(link)")
    }
  }

  @Test("1: the docs' files exist", arguments: Repository.files(under: ["docs"], withExtension: "md"))
  func docsFiles(page: String) throws { try expectPathsExist(in: page) }

  private func expectPathsExist(in page: String) throws {
    let roots = ["Sources/", "Tests/", "docs/", "scripts/", "Seeds/", "IndexMappings/", "Synonyms/", ".ci/"]
    let patterns = ["*", "…", "<", "NNNN", " "]
    for span in Repository.codeSpans(of: try Repository.text(page)) {
      guard roots.contains(where: span.hasPrefix), !patterns.contains(where: { span.contains($0) }) else { continue }
      let path = span.split(separator: ":")[0]
      #expect(Repository.exists(String(path)), "\(page) names `\(span)`, which does not exist")
    }
  }

  @Test("3: functions of at most 70 lines")
  func functionLength() throws {
    for file in Repository.files(under: ["Sources"], withExtension: "swift") {
      for function in SwiftSource(try Repository.text(file)).functions where function.lines > 70 {
        Issue.record("\(file):\(function.firstLine): '\(function.name)' has \(function.lines) lines; 70 are the most")
      }
    }
  }

  @Test("4: work to do has an owner")
  func ownedNotes() throws {
    // In two halves, so that this file does not find itself.
    let words = ["TO" + "DO", "FIX" + "ME"]
    let files = ["swift", "h", "c", "cpp", "md", "sql", "txt"].flatMap {
      Repository.files(under: ["Sources", "Tests", "docs", "scripts"], withExtension: $0)
    }
    for file in files + ["Makefile", ".ci/run", "Package.swift", "scripts/install-packages"] {
      for (index, line) in try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        for word in words where line.contains(word) && !line.contains(word + "(") {
          Issue.record("\(file):\(index + 1): a \(word) needs an owner, as \(word)(name), or to be done")
        }
      }
    }
  }

  @Test("5: folders are questions, not kinds of thing")
  func folderNames() {
    let refused: Set<String> = ["utils", "util", "helpers", "helper", "common", "managers", "models", "misc"]
    for path in ["Sources", "Tests", "docs", "scripts"].flatMap(Repository.paths(under:)) {
      let folders = path.split(separator: "/").dropLast().map { $0.lowercased() }
      #expect(refused.isDisjoint(with: folders), "\(path)")
    }
  }

  @Test("6: Debian packages are listed and explained")
  func debianPackages() throws {
    let listed = try Repository.debianPackages()
    #expect(Set(listed).count == listed.count)
    let manifest = PackageManifest(text: try Repository.text("Package.swift"))
    let asked = manifest.targets.flatMap { $0.aptPackages + $0.linkedLibraries.map { "lib\($0)-dev" } }
    #expect(asked.count >= 8)
    for package in asked { #expect(listed.contains(package), "scripts/packages.txt lacks \(package)") }
    let explained = Set(Repository.codeSpans(of: try Repository.text("docs/reference/dependencies.md")))
    for package in listed { #expect(explained.contains(package), "docs/reference/dependencies.md lacks `\(package)`") }
  }

  @Test("7: docs/README.md is the index of docs/")
  func docsIndex() throws {
    let linked = Repository.linkedFiles(of: try Repository.text("docs/README.md"))
    for link in linked { #expect(Repository.exists("docs/" + link), "docs/README.md links \(link)") }
    for page in Repository.files(under: ["docs"], withExtension: "md") where page != "docs/README.md" {
      #expect(linked.contains(String(page.dropFirst("docs/".count))), "docs/README.md does not link \(page)")
    }
  }

  @Test("8: a test file opens with its properties")
  func testHeaders() throws {
    for file in Repository.files(under: ["Tests"], withExtension: "swift") {
      let text = try Repository.text(file)
      guard SwiftSource(text).codeText.contains("@Test") else { continue }
      let head = text.split(separator: "\n").prefix { $0.hasPrefix("//") }
      #expect(head.contains { $0.hasPrefix("// 1.") }, "\(file) does not open with what it proves, numbered")
    }
  }

  @Test("9: each setting is used")
  func settings() throws {
    let files = Repository.files(under: ["Sources/Configuration"], withExtension: "swift").filter {
      $0.contains("/Settings")
    }
    let code = try Repository.files(under: ["Sources/Bootstrap", "Sources/vitrine"], withExtension: "swift")
      .map { SwiftSource(try Repository.text($0)).codeText }.joined()
    let names: [String] = try files.flatMap { file in
      SwiftSource(try Repository.text(file)).codeText.split(separator: "\n").compactMap { line in
        line.firstRange(of: "public let ").map { String(line[$0.upperBound...].prefix { $0.isLetter }) }
      }
    }
    #expect(names.count > 40)
    for name in names {
      #expect(code.contains(".\(name)"), "no code in Sources/Bootstrap or Sources/vitrine reads the setting '\(name)'")
    }
  }
}
