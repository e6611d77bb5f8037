// CSV that is damaged, and counts that are true:
// 1. A file of which every row is refused says how many, in every format.
// 2. A stray quote refuses its row alone; the reason says at which line reading went on.
// 3. Random damage within one row (bytes changed, put in and taken out; quotes, delimiters and line ends among them; seed
//    printed): every other row arrives as it was. Fields hold delimiters, doubled quotes and line ends.
// 4. A quote that never closes: every row behind it arrives, and no more is held than a row's most and what is read at once.
// 5. A file whose every line damages one field and leaves the next open is read in a time that grows with its length.
//    With its square, the file of this test would take hours.
import Catalog
import Foundation
import TestSupport
import Testing

@testable import Importing

@Suite struct CSVDamageTests {
  private func withFile<Value>(_ bytes: [UInt8], _ body: (String) throws -> Value) throws -> Value {
    let path = NSTemporaryDirectory() + "vitrine-csv-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try body(path)
  }

  private func read(
    _ text: String, _ format: ImportFormat = .csv, mapping: ColumnMapping? = nil
  ) throws -> (records: [ProductRecord], refused: [(line: Int, reason: String)]) {
    try withFile(Array(text.utf8)) { path in
      var reader = try format.reader(path: path, mapping: mapping)
      var (records, refused): ([ProductRecord], [(line: Int, reason: String)]) = ([], [])
      while let line = try reader.next() {
        switch line {
        case .record(let record, _): records.append(record)
        case .refused(let line, let reason): refused.append((line, reason))
        }
      }
      return (records, refused)
    }
  }

  @Test("1: every row refused", arguments: [1, 2, 3, 100])
  func allRefused(count: Int) throws {
    let rows: [(ImportFormat, ColumnMapping?, String, String)] = [
      (.csv, nil, "sku,title\n", "A,B,C\n"), (.csv, nil, "sku,title\n", "\"15\" monitor\",B\n"),
      (.csv, nil, "sku,title,gtin\n", "A,B,x\n"), (.csv, nil, "sku,title,gtin\n", "A,\"B,1\n"),
      (.ndjson, nil, "", "{\n"), (.ndjson, ColumnMapping(), "", "[]\n"), (.icecat, nil, "", "{}\n"),
    ]
    for (format, mapping, heading, row) in rows {
      let found = try read(heading + String(repeating: row, count: count), format, mapping: mapping)
      #expect(found.records.isEmpty)
      // Rows of one code are one product, of which the first row is named too.
      #expect(found.refused.count == count, "\(format): \(row)")
      let first = heading.isEmpty ? 1 : 2
      #expect(found.refused.map(\.line) == Array(first..<first + count), "\(format): \(row)")
    }
  }

  @Test("2: stray quotes")
  func strayQuotes() throws {
    let good = (0..<150).map { "G\($0),\"Lamp, \($0)\",1.00,GBP\n" }.joined()
    let heading = "sku,title,price,currency\n"
    for (row, line) in [
      ("X,\"15\" monitor\",1.00,GBP\n", 2), ("X,\"15 monitor,1.00,GBP\n", 2), ("X,15\" monitor,1.00,GBP\n", 2),
      ("\"X,15 monitor,1.00,GBP\n", 2), ("X,15 monitor,1.00,\"GBP\n", 2), ("X,15 monitor,1.00,GBP\"\n", 2),
      ("X,\"\"15 monitor\",1.00,GBP\n", 2),
      // The rest of a text of several lines is its row's.
      ("X,\"A text of\nseveral lines\nwith 15\" in it,1.00,GBP\n", 2),
    ] {
      let found = try read(heading + row + good)
      #expect(found.records.map(\.variants[0].sku.text) == (0..<150).map { "G\($0)" }, "\(row)")
      #expect(found.records.map(\.title) == (0..<150).map { "Lamp, \($0)" })
      #expect(found.refused.first?.line == line)
      let last = try read(heading + good + row)
      #expect(last.records.count == 150 && last.refused.first?.line == 152, "\(row)")
    }
    let unclosed = try read(heading + "X,\"15 monitor,1.00,GBP\n" + good)
    #expect(unclosed.refused.count == 1)
    #expect(unclosed.refused[0].reason.hasSuffix("; reading went on at line 3"), "\(unclosed.refused[0].reason)")
    let text = try read(heading + "X,\"A text of\nseveral lines,1.00,GBP\n" + good)
    #expect(text.refused.count == 2 && text.records.count == 150)
    let alone = try read(heading + good + "X,\"15 monitor,1.00,GBP\n")
    #expect(alone.refused[0].reason.contains("a quote is not closed"))
  }

  /// A field's value that is written with quotes where it needs them, and now and then where it does not.
  private func field(_ random: inout SeededGenerator, _ delimiter: Character) -> (value: String, text: String) {
    let letters = Array("abcxyz019äß€ ")
    var value = String("abcxyz".randomElement(using: &random)!)
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      switch Int.random(in: 0..<10, using: &random) {
      case 0: value.append(delimiter)
      case 1: value.append("\"")
      case 2: value.append("\n")
      default: value.append(letters.randomElement(using: &random)!)
      }
    }
    value.append("z")
    let isQuoted =
      value.contains { $0 == delimiter || $0 == "\"" || $0 == "\n" } || Int.random(in: 0..<4, using: &random) == 0
    return (value, isQuoted ? "\"" + value.replacing("\"", with: "\"\"") + "\"" : value)
  }

  private func damaged(_ row: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var row = row
    let bytes: [UInt8] = [0x22, 0x22, 0x22, 0x2C, 0x3B, 0x0A, 0x0D, 0x61, 0xFF, 0x00]
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...row.count, using: &random)
      let byte = bytes.randomElement(using: &random)!
      switch Int.random(in: 0..<3, using: &random) {
      case 0: row.insert(byte, at: place)
      case 1: if place < row.count { row[place] = byte }
      default: if place < row.count { row.remove(at: place) }
      }
    }
    return row
  }

  @Test("3: random damage", .timeLimit(.minutes(5)))
  func randomDamage() throws {
    let seed = UInt64.random(in: .min ... .max)
    print("CSVDamageTests.randomDamage seed \(seed)")
    var random = SeededGenerator(seed: seed)
    for round in 0..<1_500 {
      let delimiter: Character = [",", ";", "\t"].randomElement(using: &random)!
      let end = ["\n", "\r\n"].randomElement(using: &random)!
      var rows: [(sku: String, title: String, summary: String, bytes: [UInt8])] = []
      for index in 0..<Int.random(in: 2...12, using: &random) {
        let sku = "S\(index)-\(UInt32.random(in: .min ... .max, using: &random))"
        let (title, summary) = (field(&random, delimiter), field(&random, delimiter))
        let text = [sku, title.text, summary.text].joined(separator: String(delimiter))
        rows.append((sku, title.value, summary.value, Array(text.utf8)))
      }
      let place = rows.indices.randomElement(using: &random)!
      rows[place].bytes = damaged(rows[place].bytes, &random)
      var bytes = Array((["sku", "title", "summary"].joined(separator: String(delimiter)) + end).utf8)
      for row in rows { bytes += row.bytes + Array(end.utf8) }
      let records = try withFile(bytes) { path in
        var reader = try ImportFormat.csv.reader(path: path)
        var records: [String: ProductRecord] = [:]
        while let line = try reader.next() {
          if case .record(let record, _) = line { records[record.code] = record }
        }
        return records
      }
      for (index, row) in rows.enumerated() where index != place {
        let record = records[row.sku]
        #expect(
          record?.title == row.title && record?.summary == row.summary, "seed \(seed), round \(round), row \(index)")
        if record?.title != row.title { return }
      }
    }
  }

  @Test("4: a quote that never closes")
  func neverCloses() throws {
    let row = Array("A,a lamp of no great length,1.00,GBP\n".utf8)
    var bytes = Array("sku,title,price,currency\nX,\"a quote\n".utf8)
    let count = 300_000
    for _ in 0..<count { bytes += row }
    try withFile(bytes) { path in
      var scanner = CSVScanner(try ByteSource(path: path), delimiter: nil)
      var (good, bad, most) = (0, 0, 0)
      while let next = try scanner.next() {
        most = max(most, scanner.buffer.count)
        switch next {
        case .fields(let fields, _): if fields.first == "A" { good += 1 }
        case .refused:
          bad += 1
          _ = scanner.returnToSecondLine()
        }
      }
      #expect(good == count && bad == 1)
      #expect(bytes.count > LineReader.maxLineBytes * 2 && most < LineReader.maxLineBytes + (1 << 20))
    }
  }

  @Test("5: each line leaves a quote open", .timeLimit(.minutes(2)))
  func openQuotes() throws {
    for line in ["\"a\"b\",\"\n", "a,\"\n", "\"a\"b,\"c\n", "\"\"\"\n", "a,\"\"\"\"\"b\n"] {
      let count = 100_000
      let text = "sku,title\n" + String(repeating: line, count: count) + "A,Lamp\n"
      let found = try read(text)
      // Two lines can be one sound row, whose quoted field holds the line end; lines without a delimiter belong to the
      // damaged row before them.
      #expect(found.refused.count + found.records.count > 1, "\(line)")
    }
  }
}
