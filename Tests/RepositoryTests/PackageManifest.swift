/// The declarations of `Package.swift`, read from its text: `library(…)`, `tests(…)`, `systemLibrary(…)` and the targets in
/// full. Running the package manager inside its own test run would wait for itself.
struct PackageManifest {
  struct Target {
    enum Kind {
      case library, executable, tests, systemLibrary
    }

    let name: String
    let kind: Kind
    let dependencies: [String]
    let aptPackages: [String]
    let linkedLibraries: [String]
  }

  let targets: [Target]

  private static let declarations: [(opening: String, kind: Target.Kind)] = [
    ("library(", .library), ("tests(", .tests), ("systemLibrary(", .systemLibrary), (".target(", .library),
    (".executableTarget(", .executable), (".testTarget(", .tests),
  ]

  init(text: String) {
    // The helper functions above the package use the same words.
    let start = text.firstRange(of: "let package = Package(")?.upperBound ?? text.startIndex
    let body = String(text[start...])
    var targets: [Target] = []
    for line in body.startsOfLines {
      let rest = body[line...].drop { $0 == " " }
      guard let declaration = Self.declarations.first(where: { rest.hasPrefix($0.opening) }) else { continue }
      let arguments = rest.dropFirst(declaration.opening.count).upToClosing(")")
      guard let name = arguments.stringLiterals.first else { continue }
      let isTestsHelper = declaration.opening == "tests("
      targets.append(
        Target(
          name: isTestsHelper ? name + "Tests" : name, kind: declaration.kind,
          dependencies: Self.list("dependencies:", in: arguments) ?? Self.unnamedList(in: arguments),
          aptPackages: arguments.literal(after: "apt:").map { [$0] } ?? [],
          linkedLibraries: arguments.literal(after: ".linkedLibrary(").map { [$0] } ?? []))
    }
    self.targets = targets
  }

  private static func list(_ label: String, in arguments: Substring) -> [String]? {
    guard let start = arguments.firstRange(of: label + " [")?.upperBound else { return nil }
    return arguments[start...].upToClosing("]").stringLiterals
  }

  /// The dependencies as second argument, without a label: `library("Ports", ["Catalog"])`.
  private static func unnamedList(in arguments: Substring) -> [String] {
    guard let comma = arguments.firstIndex(of: ",") else { return [] }
    let second = arguments[comma...].dropFirst().drop { $0.isWhitespace }
    return second.hasPrefix("[") ? second.dropFirst().upToClosing("]").stringLiterals : []
  }
}

extension String {
  fileprivate var startsOfLines: [String.Index] {
    [startIndex] + indices.filter { self[$0] == "\n" }.map { index(after: $0) }
  }
}

extension Substring {
  /// Up to the bracket that closes the one opened just before; brackets inside are skipped.
  fileprivate func upToClosing(_ closing: Character) -> Substring {
    let opening: Character = closing == ")" ? "(" : "["
    var depth = 1
    for index in indices {
      if self[index] == opening { depth += 1 }
      if self[index] == closing { depth -= 1 }
      if depth == 0 { return self[..<index] }
    }
    return self
  }

  fileprivate var stringLiterals: [String] {
    split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }

  fileprivate func literal(after label: String) -> String? {
    firstRange(of: label).flatMap { self[$0.upperBound...].stringLiterals.first }
  }
}
