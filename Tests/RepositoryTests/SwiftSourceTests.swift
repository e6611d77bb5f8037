// The scanner of Swift text. Properties proved here:
// 1. Words, braces and quotation marks in comments and strings are not code, at any nesting.
// 2. Bodies are found and measured; requirements, stored properties and calls have none.
// 3. Imports are read with access, attributes and single declarations.

import Testing

@Suite struct SwiftSourceTests {
  @Test(
    "1: comments and strings are not code",
    arguments: [
      "// func a() { \"", "/* { /* \" */ } */", "\"{ \\\" {\"", "\"a\\(b(\"{\"))c{\"", "#\"{ \" \\ {\"#",
      "#\"\\#(\"{\")\"#",
      "\"\"\"\n { \" \"\" \\\"\"\" {\n\"\"\"", "\"\\\\\" // {", "\"\\(x ? \"}\" : \"\\(y)\")\"",
    ])
  func blanked(text: String) {
    let source = SwiftSource("before;" + text + "\nafter")
    #expect(!source.codeText.contains("{") && !source.codeText.contains("}") && !source.codeText.contains("\""))
    #expect(source.codeText.hasPrefix("before;") && source.codeText.hasSuffix("\nafter"))
    #expect(source.code.count { $0 == UInt8(ascii: "\n") } == text.count { $0 == "\n" } + 1)
  }

  @Test("2: functions and their lines")
  func functions() {
    let source = SwiftSource(
      """
      protocol P {
        func requirement() -> Int
        init(x: Int)
        var property: Int { get }
      }
      struct S {
        var stored = [1, 2].map { $0 }
        let constant = 1
        var computed: Int {
          1
        }
        func one(_ closure: () -> Void = {}) -> [String: () -> Void]
        where Int: Sendable {
          func inner() { print("}") }
          self.init(x: { 3 }())
          return [:]
        }
        init?(x: Int) { nil }
        subscript(i: Int) -> Int { i }
        deinit {
        }
      }
      """)
    let found = source.functions.map { "\($0.name) \($0.firstLine)-\($0.lastLine)" }
    #expect(
      found == [
        "var property: Int 4-4", "var computed: Int 9-11", "func one 12-17", "func inner 14-14", "init? 18-18",
        "subscript 19-19", "deinit 20-21",
      ])
  }

  @Test("3: imports")
  func imports() {
    let source = SwiftSource(
      """
      import A
      public import B
      @testable import C
      @preconcurrency internal import struct D.URL
      import E.Sub
      // import F
      let important = "import G"
      """)
    #expect(source.imports == ["A", "B", "C", "D", "E"])
  }
}
