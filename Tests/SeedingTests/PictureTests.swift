// Properties proved here:
// 1. Every picture that a seed names, and every kind with every word, is drawn: well-formed XML of a few kilobytes.
// 2. A picture refers to nothing outside itself, and to no paint that it does not define.
// 3. A name is read and written unchanged; a text that is not a name gives no picture.
// 4. A picture contains the colour of its variant.
import Catalog
import Foundation
import Testing

@testable import Seeding

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct PictureTests {
  static let everyKind: [Picture] = Picture.kinds.flatMap { kind -> [Picture] in
    let words = Picture.drawings[kind]?.words.sorted() ?? []
    let tints = ["c0282d", "1f2124", "f6f5f1"].compactMap { Tint(hex: $0) }
    return ([[]] + words.map { [$0] } + [words] + Canvas.prints.map { [$0] }).flatMap { words in
      tints.compactMap { Picture(kind: kind, words: words, tint: $0) }
    }
  }

  @Test("1. and 2. every kind with every word is a sound picture") func everyDrawing() {
    #expect(Picture.kinds.count >= 70)
    for picture in Self.everyKind { expectSound(picture.svg, picture.name) }
  }

  @Test("1. and 4. every picture that a seed names is drawn, in its variant's colour") func seeds() throws {
    let records = try Seeding.handWrittenCatalog(directory: seedsDirectory)
    let generated = Seeding.products(try GenerationOptions(products: 500, seed: 11))
    for record in records + Array(generated) {
      for variant in record.variants {
        let url = try #require(variant.pictureURL)
        #expect(url.hasPrefix("/pictures/") && url.hasSuffix(".svg"))
        let name = String(url.dropFirst("/pictures/".count).dropLast(".svg".count))
        #expect(Seeding.picture(named: name) != nil, "\(variant.sku): \(name)")
        for case .swatch(_, let hex) in variant.options.flatMap(\.values) { #expect(name.hasSuffix(hex.dropFirst())) }
      }
    }
  }

  @Test("3. a name is read and written unchanged") func names() {
    for picture in Self.everyKind { #expect(Picture(name: picture.name) == picture) }
  }

  @Test(
    "3. a text that is not a picture's name is refused",
    arguments: [
      "", "dress", "dress-", "dress-c0282", "dress-C0282D", "dress--c0282d", "dress-midi-midi-c0282d",
      "spaceship-c0282d",
      "dress-sharp-c0282d", "../shop-c0282d", "dress-midi-c0282d.svg", "dress-\u{1F457}-c0282d",
      String(repeating: "dress-", count: 1000) + "c0282d",
    ])
  func notNames(name: String) { #expect(Seeding.picture(named: name) == nil) }

  private func expectSound(_ svg: String, _ name: String) {
    #expect((400...12_000).contains(svg.utf8.count), "\(name): \(svg.utf8.count) bytes")
    let reader = ReferenceReader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    #expect(parser.parse(), "\(name): \(String(describing: parser.parserError))")
    #expect(reader.root == "svg")
    #expect(reader.used.isSubset(of: reader.defined), "\(name): \(reader.used.subtracting(reader.defined))")
    #expect(reader.forbidden.isEmpty, "\(name): \(reader.forbidden)")
  }
}

/// Collects the definitions of an SVG and its references.
private final class ReferenceReader: NSObject, XMLParserDelegate {
  var root: String?
  var defined: Set<String> = []
  var used: Set<String> = []
  var forbidden: [String] = []

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    root = root ?? element
    if ["script", "image", "use", "a", "foreignObject", "style"].contains(element) { forbidden.append(element) }
    if let id = attributes["id"] { defined.insert(id) }
    for (name, value) in attributes where name != "xmlns" {
      if name.contains("href") || value.contains("//") || name.hasPrefix("on") { forbidden.append("\(name)=\(value)") }
      if value.hasPrefix("url(#"), value.hasSuffix(")") { used.insert(String(value.dropFirst(5).dropLast())) }
    }
  }
}
