// Properties:
// 1. NDJSON: every member of the format is read; a bad line is refused with its number and reason, the rest goes on.
// 2. CSV: quoted fields, doubled quotes, line ends inside, CRLF, a byte order mark, `;` and tab, as RFC 4180 says,
//    however the bytes come; rows with one code are one product.
// 3. A mapping turns a retailer's headings, decimals, units and words into ours, for CSV and for flat NDJSON.
// 4. gzip is seen from the bytes, several members are read; what is cut or damaged ends with a clear error.
// 5. Icecat: members in the file's order, SKUs unique, a category for each product.

import CZlib
import Catalog
import Foundation
import Testing

@testable import Importing

/// A file of the test's own, gone with the value.
private final class TemporaryFile {
  let path: String
  init(_ bytes: some Sequence<UInt8>) throws {
    path = NSTemporaryDirectory() + "vitrine-import-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

private func read(_ format: ImportFormat, _ text: String, mapping: String? = nil) throws -> [ImportedLine] {
  try read(format, bytes: Array(text.utf8), mapping: mapping)
}

private func read(_ format: ImportFormat, bytes: [UInt8], mapping: String? = nil) throws -> [ImportedLine] {
  let file = try TemporaryFile(bytes)
  let mappingFile = try mapping.map { try TemporaryFile($0.utf8) }
  var reader = try format.reader(path: file.path, mapping: try mappingFile.map { try ColumnMapping(path: $0.path) })
  var lines: [ImportedLine] = []
  while let line = try reader.next() { lines.append(line) }
  return lines
}

extension ImportedLine {
  fileprivate var record: ProductRecord? { if case .record(let record, _) = self { record } else { nil } }
  fileprivate var refusal: String? {
    if case .refused(let line, let reason) = self { "\(line): \(reason)" } else { nil }
  }
}

private func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  let size = CInt(MemoryLayout<z_stream>.size)
  deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
  var output = [UInt8](repeating: 0, count: bytes.count + 100)
  var input = bytes
  let count = input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      deflate(&stream, Z_FINISH)
      return Int(stream.total_out)
    }
  }
  deflateEnd(&stream)
  return Array(output.prefix(count))
}

@Suite struct ImportReadersTests {
  @Test("1: NDJSON's members")
  func ndjson() throws {
    let line = """
      {"code":"P1","title":"Chair","summary":"Soft","brand":"Acme","categories":[["Home","Chairs"]],"attributes":[\
      {"code":"material","values":["oak","ash"],"facet":true,"position":3},{"code":"colour","type":"swatch",\
      "value":{"name":"Red","hex":"#FF0000"}},{"code":"length","name":"Length","type":"number","unit":"cm","value":12.5},\
      {"code":"new","type":"boolean","value":true},{"code":"since","type":"date","value":"2026-02-28"}],\
      "variants":[{"sku":"C1","gtin":"12345678","picture":"c.svg","options":[{"code":"size","value":"M"}],\
      "prices":[{"amount_minor":1000,"was_minor":1200,"currency":"GBP"},{"list":"trade","amount_minor":800,\
      "currency":"GBP","minimum_quantity":5,"valid_from":"2026-01-01"}],"cost":{"amount_minor":400,"currency":"GBP"},\
      "stock":{"main":3}}],"pictures":["a.svg"],"rating_average":4.5,"rating_count":2,"popularity":0.25,\
      "lifecycle":"hidden","audience":["b2b"],"released_at":"2026-01-05T10:00:00Z"}
      """
    let record = try #require(try read(.ndjson, "\u{FEFF}" + line + "\r\n\n").first?.record)
    #expect(record.code == "P1" && record.brand == "Acme" && record.categories == [["Home", "Chairs"]])
    #expect(
      record.attributes.map(\.values) == [
        [.text("oak"), .text("ash")], [.swatch(name: "Red", hex: "#ff0000")], [.number(12.5)], [.boolean(true)],
        [.date(CalendarDay("2026-02-28")!)],
      ])
    #expect(
      record.attributes[0].definition
        == .init(
          code: "material", name: "Material", type: .text, isFacet: true, position: 3))
    #expect(record.attributes[2].definition.unit == "cm")
    #expect(record.variants[0].prices.map(\.amount.minorUnits) == [1000, 800])
    #expect(record.variants[0].cost?.minorUnits == 400 && record.variants[0].stock == ["main": 3])
    #expect(record.lifecycle == .hidden && record.audience == .companies && record.popularity == 0.25)
  }

  @Test("1: NDJSON's bad lines")
  func ndjsonRefusals() throws {
    let good = #"{"title":"T","variants":[{"sku":"S"}]}"#
    let bad = [
      #"{"title":"T","variants":[{"sku":"S"}"#, "[]", #"{"variants":[{"sku":"S"}]}"#, #"{"title":"T","variants":[]}"#,
      #"{"title":"T","variants":[{"sku":"S"}],"colour":"red"}"#,
      #"{"title":"T","variants":[{"sku":"S","prices":[{"amount_minor":-5,"currency":"GBP"}]}]}"#,
      #"{"title":"T","variants":[{"sku":"S","prices":[{"amount_minor":5,"currency":"QQQ"}]}]}"#,
      #"{"title":"T","variants":[{"sku":"S","stock":{"main":-1}}]}"#,
      #"{"title":"T","variants":[{"sku":"S","gtin":"x"}]}"#, #"{"title":"T\u0000","variants":[{"sku":"S"}]}"#,
      #"{"title":"T","variants":[{"sku":"S"}],"lifecycle":"sold"}"#,
      #"{"title":"T","variants":[{"sku":"S"}],"attributes":[{"code":"Big Size","value":"x"}]}"#,
      #"{"title":"T","variants":[{"sku":"S"}],"attributes":[{"code":"size","type":"number","value":"x"}]}"#,
    ]
    var bytes = Array((good + "\n" + bad.joined(separator: "\n") + "\n").utf8)
    bytes += Array(#"{"title":""#.utf8) + [0xC3, 0x28] + Array(#"","variants":[{"sku":"S"}]}"#.utf8) + [0x0A]
    bytes += [UInt8](repeating: UInt8(ascii: "x"), count: LineReader.maxLineBytes + 1) + [0x0A]
    bytes += Array(good.utf8)
    let lines = try read(.ndjson, bytes: bytes)
    #expect(lines.count == bad.count + 4)
    #expect(lines.first?.record != nil && lines.last?.record != nil)
    let refusals = lines.compactMap(\.refusal)
    #expect(refusals.count == bad.count + 2)
    for (index, refusal) in refusals.enumerated() { #expect(refusal.hasPrefix("\(index + 2): "), "\(refusal)") }
    #expect(refusals[4].contains("colour") && refusals[5].contains("negative") && refusals[6].contains("QQQ"))
    #expect(refusals.last?.contains("longer than 4 MB") == true)
  }

  @Test("2: CSV as RFC 4180 says", arguments: [",", ";", "\t"], ["\n", "\r\n"])
  func csv(delimiter: String, end: String) throws {
    let rows = [
      ["code", "sku", "title", "price", "currency", "option.size", "attribute.length:number:cm"],
      ["P1", "A", "\"A \"\"big\"\" chair\(delimiter) red\"", "12.5", "GBP", "M", "12"],
      ["P1", "B", "", "13", "GBP", "L|XL", ""], ["", "C", "\"two\nlines\"", "", "", "", ""],
    ]
    let text = "\u{FEFF}" + rows.map { $0.joined(separator: delimiter) }.joined(separator: end) + end + end
    let records = try read(.csv, text).compactMap(\.record)
    #expect(records.map(\.code) == ["P1", "C"])
    #expect(records[0].title == "A \"big\" chair\(delimiter) red" && records[1].title == "two\nlines")
    #expect(records[0].variants.map(\.sku.text) == ["A", "B"])
    #expect(records[0].variants.map { $0.prices[0].amount.minorUnits } == [1250, 1300])
    #expect(records[0].variants[1].options[0].values == [.text("L"), .text("XL")])
    #expect(
      records[0].attributes == [
        .init(.init(code: "length", name: "Length", type: .number, unit: "cm"), [.number(12)])
      ])
  }

  @Test("2: CSV's bad rows and headings")
  func csvRefusals() throws {
    let text = """
      sku,title,price,currency
      A,One,1.00,GBP
      B,Two
      C,Th"ree,1,GBP
      D,"Four"x,1,GBP
      E,Five,1.234,GBP
      F,Six,-1,GBP
      G,Seven,1,
      H,Eight,one,GBP
      ,Nine,1,GBP
      I,Ten,1,GBP
      J,"Eleven,1,GBP
      """
    let lines = try read(.csv, text)
    #expect(lines.compactMap(\.record).map { $0.variants[0].sku.text } == ["A", "I"])
    #expect(
      lines.compactMap(\.refusal).map { $0.prefix { $0 != ":" } } == ["3", "4", "5", "6", "7", "8", "9", "10", "12"])
    #expect(throws: ImportMappingError.self) { try read(.csv, "title\nx\n") }
    #expect(throws: ImportMappingError.self) { try read(.csv, "sku,title,farbe\na,b,c\n") }
    #expect(throws: ImportMappingError.self) { try read(.csv, "") }
    // One bad row of a product refuses the product, not the next one.
    let product = try read(.csv, "code,sku,title,price,currency\nP,A,T,1,GBP\nP,B,T,x,GBP\nQ,C,U,1,GBP\n")
    #expect(product.compactMap(\.record).map(\.code) == ["Q"])
    #expect(product.compactMap(\.refusal).count == 2)
  }

  @Test("3: a retailer's headings")
  func mapping() throws {
    let mapping = """
      {"delimiter":";","columns":{"Art-Nr":"sku","Bezeichnung":"title","VK":{"field":"price","decimal":","},
       "Gewicht kg":{"field":"attribute.weight","decimal":",","multiply":1000},"Cent":"cost_minor",
       "Farbe":{"field":"option.colour","values":{"rot":"Red #ff0000"}},"Lager":"stock.north"},
       "constants":{"currency":"EUR","lifecycle":"draft"},
       "attributes":{"weight":{"name":"Weight","type":"number","unit":"g","facet":true},"colour":{"type":"swatch"}}}
      """
    let csv = "Art-Nr;Bezeichnung;VK;Gewicht kg;Farbe;Lager;Unbekannt;Cent\nA1;Stuhl;1.234,50;2,4;rot;7;x;99\n"
    let json = """
      {"Art-Nr":"A1","Bezeichnung":"Stuhl","VK":"1234,50","Gewicht kg":"2,4","Farbe":"rot","Lager":7,"Cent":99,"x":null}
      """
    let records = [try read(.csv, csv, mapping: mapping), try read(.ndjson, json, mapping: mapping)].flatMap { $0 }
    #expect(records.count == 2)
    for record in records.map(\.record) {
      let variant = try #require(record?.variants.first)
      #expect(record?.code == "A1" && record?.title == "Stuhl" && record?.lifecycle == .draft)
      #expect(variant.prices == [Price(amount: Money(minorUnits: 123_450, currency: .eur))])
      #expect(variant.cost == Money(minorUnits: 99, currency: .eur) && variant.stock == ["north": 7])
      #expect(variant.options[0].values == [.swatch(name: "Red", hex: "#ff0000")])
      #expect(record?.attributes[0].values == [.number(2400)])
      #expect(record?.attributes[0].definition.unit == "g")
    }
    #expect(throws: ImportSourceError.self) { try read(.csv, csv, mapping: #"{"columns":{"a":"nonsense"}}"#) }
    #expect(throws: ImportSourceError.self) { try read(.csv, csv, mapping: #"{"colums":{}}"#) }
  }

  @Test("4: gzip, whole, in members, cut and damaged")
  func packed() throws {
    let good = (0..<5000).map { #"{"title":"T\#($0)","variants":[{"sku":"S\#($0)"}]}"# + "\n" }.joined()
    let (first, second) = (Array(good.utf8).prefix(60_000), Array(good.utf8).dropFirst(60_000))
    let members = gzip(Array(first)) + gzip(Array(second))
    for bytes in [Array(good.utf8), gzip(Array(good.utf8)), members] {
      #expect(try read(.ndjson, bytes: bytes).compactMap(\.record).count == 5000)
    }
    #expect(throws: ImportSourceError.self) { try read(.ndjson, bytes: Array(members.dropLast(20))) }
    var damaged = members
    for index in 500..<540 { damaged[index] ^= 0x5A }
    #expect(throws: ImportSourceError.self) { try read(.ndjson, bytes: damaged) }
    #expect(throws: ImportSourceError.self) { try ImportFormat.ndjson.reader(path: "/nowhere/at-all.gz") }
  }

  @Test("5: Icecat's lines")
  func icecat() throws {
    let text = """
      {"id":"1","name":"X9","title":"Acme X9 toner cartridge Original 2 pc(s)","ean":["bad","0095205603217"],"img_high":\
      "h.jpg","img_500x500":"m.jpg","date_released":"2009-12-10T00:00:00Z","supplier":"Acme","price":4995,\
      "attr_t_type":"Original","attr_n_size":6.0,"attr_b_wi_fi":true,"attr_t_size":"A, B","attr_t_empty":" "}
      {"id":"2","name":"X9","title":"Acme thing","ean":[],"supplier":"","price":1}
      {"id":"3","name":"X","title":"Bad","price":-1}
      {"id":"4","name":"Y","title":"Bad","price":1,"attr_n_size":"six"}
      """
    let lines = try read(.icecat, text)
    let records = lines.compactMap(\.record)
    #expect(records.map { $0.variants[0].sku.text } == ["X9", "X9-2"])
    #expect(records[0].attributes.map(\.definition.code) == ["type", "size", "wi_fi", "size"])
    #expect(records[0].attributes.map(\.definition.name) == ["Type", "Size", "Wi-Fi", "Size"])
    #expect(records[0].attributes[3].values == [.text("A, B")])
    #expect(records[0].variants[0].gtin == "0095205603217" && records[0].pictureURLs == ["m.jpg", "h.jpg"])
    #expect(records[0].categories == [["Printing", "Toner cartridges"]] && records[1].categories == [["Other"]])
    #expect(records[0].releasedAt == Timestamp("2009-12-10") && records[1].brand == nil)
    #expect(lines.compactMap(\.refusal).count == 2)
    #expect(IcecatAttributes.name(of: "thermal_design__tdp_") == "Thermal design (tdp)")
    #expect(IcecatAttributes.name(of: "usb_2_0_ports_quantity") == "USB 2 0 ports quantity")
  }
}
