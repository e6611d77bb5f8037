// 1. Numbers of any country's marks without a mapping: the value, or a refusal with the line; zeros at the end are nothing
//    lost; with a mapping the other mark groups three digits or the row is refused. The currency's sign and the attribute's
//    unit may stand beside a number; another's is refused.
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
      ("12.999", nil), ("£5", 500), ("5,", 500), ("", nil),
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
    "1: prices with a sign or a code",
    arguments: [
      ("£159.99", "GBP", 15_999, "GBP"), ("£1,299", "GBP", 129_900, "GBP"), ("159,99 €", "EUR", 15_999, "EUR"),
      ("EUR 20", "EUR", 2_000, "EUR"), ("eur20", "EUR", 2_000, "EUR"), ("20 CHF", "CHF", 2_000, "CHF"),
      ("$5.50", "USD", 550, "USD"), ("$5.50", "CAD", 550, "CAD"), ("£.50", "GBP", 50, "GBP"), ("£5", "", 500, "GBP"),
      ("5 €", "", 500, "EUR"), ("9.90 SEK", "", 990, "SEK"), ("kr 10", "NOK", 1_000, "NOK"),
      ("£5", "EUR", nil, "is not an amount of EUR"), ("$5", "", nil, "does not name one currency"),
      ("5", "", nil, "has no currency"), ("from £5 to £6", "GBP", nil, "price"), ("£5 each", "GBP", nil, "price"),
      ("5 pcs", "GBP", nil, "is not an amount of GBP"),
    ] as [(String, String, Int64?, String)])
  func signs(_ text: String, _ currency: String, _ minorUnits: Int64?, _ expected: String) throws {
    let line = try Self.record("sku;title;price;currency\nA;Kettle;\(text);\(currency)\n")
    switch (line, minorUnits) {
    case (.record(let record, _), let amount?):
      let price = try #require(record.variants[0].prices.first?.amount)
      #expect(price.minorUnits == amount && price.currency.code == expected, "\(text)")
    case (.refused(let number, let reason), nil):
      #expect(number == 2 && reason.contains(expected), "\(text): \(reason)")
    default: Issue.record("\(text): \(String(describing: line))")
    }
  }

  @Test(
    "1: numbers with a unit",
    arguments: [("345 g", 345), ("345g", 345), ("345", 345), ("1,5 G", 1.5), ("345 kg", nil), ("345 g g", nil)]
      as [(String, Double?)])
  func units(_ text: String, _ expected: Double?) throws {
    let line = try Self.record("sku;title;attribute.weight:number:g\nA;Kettle;\(text)\n")
    switch (line, expected) {
    case (.record(let record, _), let number?): #expect(record.attributes[0].values == [.number(number)], "\(text)")
    case (.refused(2, let reason), nil): #expect(reason.contains("beside the number"), "\(text): \(reason)")
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

  @Test("2: tags that never close", .timeLimit(.minutes(1)))
  func unclosed() {
    // With the square of the length each of these would take minutes.
    for part in ["<script>", "</script", "<!-- ", "<![CDATA[", "<b \"", "<style></stylex", "&#", "<p"] {
      let text = String(repeating: part, count: 12_000)
      for whole in [text, text + "</scriptx", "<script>" + text + "</SCRIPT >end"] {
        let plain = MarkupText.plain(whole)
        #expect(plain.count <= whole.count, "\(part)")
        if whole.hasSuffix("end"), !part.contains("script") && !part.contains("<!") {
          #expect(plain.hasSuffix("end"), "\(part)")
        }
      }
    }
    #expect(MarkupText.plain("a<script>x</scriptx y</script>b<script>z</SCRIPT>c") == "a b c")
  }
}
