// Conversions of numbers that end the process where a number does not fit:
// 1. The compiler refuses each bare one, whatever way it is written, and takes those that fit or say what happens
//    (planted examples of both, compiled with the modules that Package.swift imports into every target).
// 2. Every target is compiled with these modules; the exceptions are those that Package.swift names, and none reads what
//    comes from outside without Numbers.
import Foundation
import Testing

@Suite struct ConversionTests {
  private static let compiler = ["/usr/bin/env", "swiftc"]

  /// The lines of `code` that the compiler refuses.
  private func refusedLines(of code: [String], importing modules: [String]) throws -> Set<Int> {
    let folder = FileManager.default.temporaryDirectory.appending(path: "vitrine-conversions-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for module in ["Numbers", "Narrowing"] {
      let sources = Repository.files(under: ["Sources/" + module], withExtension: "swift").map {
        Repository.root.appendingPathComponent($0).path
      }
      let (status, text) = try run(
        ["-emit-module", "-parse-as-library", "-module-name", module, "-o", folder.path + "/\(module).swiftmodule"]
          + sources)
      try #require(status == 0, "\(text)")
    }
    let file = folder.path + "/planted.swift"
    var refused: Set<Int> = []
    // One at a time, for an ambiguity hides what else is wrong in a file.
    for (index, line) in code.enumerated() {
      try line.write(toFile: file, atomically: false, encoding: .utf8)
      let imports = modules.flatMap { ["-Xfrontend", "-import-module", "-Xfrontend", $0] }
      let (status, _) = try run(
        ["-typecheck", "-swift-version", "6", "-Werror", "DeprecatedDeclaration", "-I", folder.path] + imports + [file])
      if status != 0 { refused.insert(index) }
    }
    return refused
  }

  private func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.compiler[0])
    process.arguments = Array(Self.compiler.dropFirst()) + arguments
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  private static let fractions = [
    "func f(_ x: Double) -> Int { Int(x) }", "func f(_ x: Double) -> Int64 { Int64(x.rounded()) }",
    "func f(_ x: Float) -> Int32 { .init(x) }", "func f(_ x: [Double]) -> [UInt8] { x.map { UInt8($0) } }",
    "func f(_ x: [Double]) -> [Int] { x.map(Int.init) }", "func f(_ x: Double?) -> Int? { x.map { Int($0 * 100) } }",
    "func f(_ x: Duration) -> Int { Int(x / .milliseconds(1)) }", "struct S { var a: Double; var b: Int { Int(a) } }",
  ]
  private static let narrowings = [
    "func f(_ x: Int) -> Int32 { Int32(x) }", "func f(_ x: Int64) -> Int32 { .init(x) }",
    "func f(_ x: UInt64) -> Int { Int(x) }", "func f(_ x: Int) -> UInt { UInt(x) }",
    "func f(_ x: [Int]) -> [Int16] { x.map { Int16($0) } }", "func f(_ x: [Int64]) -> [UInt8] { x.map(UInt8.init) }",
  ]
  private static let allowed = [
    "func f(_ x: Double) -> Int { Int(saturating: x) }", "func f(_ x: Double) -> Int64? { Int64(exactly: x) }",
    "func f(_ x: String) -> Int? { Int(x) }", "func f(_ x: Int32) -> Int64 { Int64(x) }",
    "func f(_ x: [Substring]) -> [Int] { x.compactMap { Int($0) } }", "func f(_ x: Int) -> Double { Double(x) }",
    "func f(_ x: Int) -> Int32 { Int32(clamping: x) }", "func f(_ x: Int) -> Int32? { Int32(exactly: x) }",
    "func f(_ x: Int64) -> Int64 { x.adding(saturating: 1) }", "let x = Int32(7), y: UInt8 = 1, z = UInt64(y)",
  ]

  @Test("1: planted examples", .timeLimit(.minutes(10)))
  func planted() throws {
    let code = Self.fractions + Self.narrowings + Self.allowed
    let refused = try refusedLines(of: code, importing: ["Numbers", "Narrowing"])
    for (index, line) in code.enumerated() {
      let isBare = index < Self.fractions.count + Self.narrowings.count
      #expect(refused.contains(index) == isBare, "\(line)")
    }
    // Without the modules all of them compile: it is they that refuse.
    #expect(try refusedLines(of: Self.fractions + Self.narrowings, importing: []).isEmpty)
  }

  @Test("2: every target is compiled so")
  func everyTarget() throws {
    let text = try Repository.text("Package.swift")
    func names(_ constant: String) -> Set<String> {
      let start = text.firstRange(of: "let \(constant): Set<String> = [")!.upperBound
      let list = text[start...].prefix { $0 != "]" }
      return Set(
        list.split(separator: "\"", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }
          .map { String($0.element) })
    }
    #expect(names("unchecked") == ["Numbers", "Narrowing"])
    #expect(
      names("countingInternally") == [
        "SearchNode", "HTTPServer", "Understanding", "Seeding", "Ranking", "Recommending", "Threading", "LocalServices",
        "TestSupport",
      ])
    #expect(text.contains("swiftSettings: checked(by: modules))"))
    #expect(text.contains("-import-module") && text.contains("\"-Werror\", \"DeprecatedDeclaration\""))
    // Only helpers and tests are compiled without: each other target is a library(…) or says so itself.
    let body = text[text.firstRange(of: "let package = Package(")!.upperBound...]
    #expect(body.ranges(of: "swiftSettings: strict").count == body.ranges(of: ".testTarget(").count)
    #expect(body.ranges(of: "swiftSettings: checked(by: [\"Numbers\", \"Narrowing\"])").count == 1)
  }
}
