// 1. Numbers of any country's marks without a mapping: the value, or a refusal with the line; zeros at the end are nothing
//    lost; with a mapping the other mark groups three digits or the row is refused.
// 2. Markup becomes the text that a browser shows; what only looks like markup stays.
import Catalog
import Foundation
import Testing

@testable import Importing

@Suite struct SheetTextTests {
  private static func record(_ sheet: String, _ mapping: ColumnMapping? = nil) throws -> ImportedLine? {
    let path = NSTemporaryDirectory() + "vitrine-sheet-\(UUID().uuidString).csv"
    defer { try? FileManager.default.removeItem(atPath: path) }  // A file that is gone already is what is wanted.
    try sheet.write(toFile: path, atomically: true, encoding: .utf8)
    var reader = try ImportFormat.csv.reader(path: path, mapping: mapping)
    return try reader.next()
  }

  /// Written before any of them was run: 20 of 20 were right then.
  @Test(
    "1: prices",
    arguments: [
      ("12,50", 1250), ("9,9", 990), ("1,299.00", 129_900), ("1.299,00", 129_900), ("1,299", 129_900),
      ("12.9900", 1299), ("1 234,50", 123_450), ("1'234.50", 123_450), ("0,75", 75), ("1.234.567", 123_456_700),
      ("12", 1200), ("12.5", 1250), ("1,29,900", nil), ("1.299", nil), ("12,505", 1_250_500), ("1,2,3", nil),
      ("12.999", nil), ("£5", nil), ("5,", 500), ("", nil),
    ] as [(String, Int64?)])
  func prices(_ text: String, _ minorUnits: Int64?) throws {
    let line = try Self.record("sku;title;price;currency\nA;Kettle;\(text);GBP\n")
    switch (line, minorUnits) {
    case (.record(let record, _), let expected):
      #expect(record.variants[0].prices.first?.amount.minorUnits == expected || text.isEmpty, "\(text)")
    case (.refused(let number, let reason), nil): #expect(number == 2 && reason.contains("price"), "\(text): \(reason)")
    default: Issue.record("\(text): \(String(describing: line))")
    }
  }

  @Test(
    "1: pieces and weights",
    arguments: [
      ("5.0000", "0,62", 5, 0.62), ("3", "1.5", 3, 1.5), ("1,000", "1,250.5", 1000, 1250.5), ("2,5", "1", nil, nil),
      ("1.5", "1", nil, nil), ("4,0", "0,625", 4, 0.625),
    ] as [(String, String, Int64?, Double?)])
  func pieces(_ stock: String, _ weight: String, _ pieces: Int64?, _ kilograms: Double?) throws {
    let line = try Self.record("sku;title;stock;attribute.weight:number:kg\nA;Kettle;\(stock);\(weight)\n")
    guard let pieces, let kilograms else {
      guard case .refused(2, let reason) = line else {
        Issue.record("\(String(describing: line))")
        return
      }
      #expect(reason.contains("whole number of pieces"))
      return
    }
    guard case .record(let record, _) = line else {
      Issue.record("\(String(describing: line))")
      return
    }
    #expect(record.variants[0].stock == ["main": pieces] && record.attributes[0].values == [.number(kilograms)])
  }

  @Test(
    "1: with a mapping",
    arguments: [("1.234,50", 123_450), ("12,5", 1250), ("12.50", nil), ("1.250", 125_000)] as [(String, Int64?)])
  func mapped(_ text: String, _ minorUnits: Int64?) throws {
    var mapping = ColumnMapping()
    mapping.columns = ["price": .init(field: "price", decimalMark: ",")]
    let line = try Self.record("sku;title;price;currency\nA;Kettle;\(text);EUR\n", mapping)
    if case .record(let record, _) = line {
      #expect(record.variants[0].prices.first?.amount.minorUnits == minorUnits, "\(text)")
    } else {
      #expect(minorUnits == nil, "\(text): \(String(describing: line))")
    }
  }

  @Test(
    "2: markup",
    arguments: [
      ("<p>Solid <b>oak</b>&nbsp;stool.<br/>F&uuml;r drau&szlig;en</p>", "Solid oak stool. Für draußen"),
      ("<ul><li>Oak</li><li class=\"a>b\">Strong</li></ul>", "Oak Strong"), ("&lt;p&gt;Hi&lt;/p&gt;", "Hi"),
      ("a &amp;amp; b", "a & b"), ("&#8364;5 &#x20AC;6 &frac12;", "€5 €6 ½"), ("<A HREF='x'>link</A>s", "links"),
      ("<script>alert('x')</script>Hi<!-- c --> there", "Hi there"), ("<![CDATA[<b>x</b>]]> y", "x y"),
      ("a < b & c", "a < b & c"), ("<5 kg, AT&T, R&D;", "<5 kg, AT&T, R&D;"), ("Size <M> only", "Size <M> only"),
      ("<b", "<b"), ("5 <p", "5 <p"), ("&unknown; &#0;", "&unknown; &#0;"), ("", ""), ("two  spaces", "two  spaces"),
    ])
  func markup(_ text: String, _ plain: String) { #expect(MarkupText.plain(text) == plain) }

  @Test("2: a value of nothing but markup is none")
  func markupAlone() throws {
    let note = AttributeDefinition(code: "note", name: "Note", type: .text)
    let record = ProductRecord(
      code: "A", title: "<p></p>",
      attributes: [
        .init(note, [.text("<br>"), .text("dry &amp; cool")]), .init(note, [.text("&nbsp;")]), .init(note, []),
      ], variants: [.init(sku: SKU("A"))])
    let plain = record.withoutMarkup()
    #expect(plain.title == "<p></p>" && plain.attributes.map(\.values) == [[.text("dry & cool")], []])
  }
}
