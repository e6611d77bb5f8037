import Foundation

/// The checked-out repository that this test was compiled from.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self)
  }

  /// Paths below `folder`, relative to the root, sorted; folders as well as files.
  static func paths(under folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)
    return (names?.compactMap { $0 as? String } ?? []).map { "\(folder)/\($0)" }.sorted()
  }

  static func files(under folders: [String], withExtension suffix: String) -> [String] {
    folders.flatMap { paths(under: $0) }.filter { $0.hasSuffix("." + suffix) }
  }

  /// The code spans of a Markdown text: what stands between single backquotes on one line.
  static func codeSpans(of markdown: String) -> [String] {
    markdown.split(separator: "\n").filter { !$0.hasPrefix("```") }.flatMap { line in
      line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
        .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
  }

  /// The targets of a Markdown text's links to files, without anchors.
  static func linkedFiles(of markdown: String) -> [String] {
    markdown.ranges(of: "](").compactMap { opening in
      let rest = markdown[opening.upperBound...]
      guard let end = rest.firstIndex(of: ")") else { return nil }
      let target = rest[..<end].split(separator: "#", omittingEmptySubsequences: false)[0]
      return target.isEmpty || target.contains("://") ? nil : String(target)
    }
  }

  /// Debian packages of `scripts/packages.txt`, all sections.
  static func debianPackages() throws -> [String] {
    try text("scripts/packages.txt").split(separator: "\n").compactMap { $0.split(separator: " ").first }
      .filter { !$0.hasPrefix("#") && !$0.hasPrefix("[") }.map(String.init)
  }
}
