import Catalog

/// The parts of a code that a shopper may type: the whole, and the rest from each place on where letters, digits and signs change.
///
/// `ISB-TN450` is found by `isb`, `tn45` and `450`, `170000D000237` by `D000237`: a query asks for what these begin with.
/// The words of a title that hold letters and digits are codes too, `WD-42` as well as `WD42`.
enum CodeStarts {
  /// Places within one code; a longer one is a text.
  private static let maxParts = 8
  private static let maxCodes = 200
  private static let maxTitleCodes = 12
  /// Shorter rests begin too much.
  private static let shortest = 3
  private static let longest = 64

  static func add(of product: ProductSnapshot, to list: inout DistinctTexts) {
    add(product.code, to: &list)
    for index in product.variants.indices.prefix(maxCodes) { add(product.variants[index].sku.text, to: &list) }
    guard product.title.utf8.contains(where: { (48...57).contains($0) }) else { return }
    let words = product.title.split { !$0.isLetter && !$0.isNumber && $0 != "-" && $0 != "/" && $0 != "_" }
    var count = 0
    for word in words
    where count < maxTitleCodes && word.contains(where: \.isLetter) && word.contains(where: \.isNumber) {
      add(String(word), to: &list)
      count += 1
    }
  }

  private enum Kind { case letter, digit, sign }

  private static func kind(_ byte: UInt8) -> Kind {
    switch byte {
    case 48...57: .digit
    case 65...90, 97...122, 0x80...: .letter
    default: .sign
    }
  }

  private static func add(_ code: String, to list: inout DistinctTexts) {
    let bytes = Array(code.utf8)
    guard bytes.count <= longest else { return }
    var previous = Kind.sign
    var parts = 0
    for (place, byte) in bytes.enumerated() {
      let own = kind(byte)
      if own != .sign, own != previous, parts < maxParts, bytes.count - place >= shortest {
        list.add(String(decoding: bytes[place...], as: UTF8.self))
        parts += 1
      }
      previous = own
    }
  }
}
