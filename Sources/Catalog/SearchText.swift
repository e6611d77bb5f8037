/// A text as the index's searched fields hold it, and as a query is read: each number and each letter in one form.
///
///     SearchText.normalised("10,000 BTU")       // 10000 BTU
///     SearchText.normalised("Ventil 1½\", 5,5 mm")  // Ventil 1.5", 5.5 mm
///     SearchText.normalised("160×230 Ёлка")     // 160 x 230 Елка
///
/// The index and the query go through the same function, so that every engine finds a number or a letter in whichever form
/// it was written. What a page shows stays as the merchant wrote it. Case, and the marks of Latin letters, are left to
/// the analyzers. A text that went through it once comes out the same.
public enum SearchText {
  public static func normalised(_ text: String) -> String {
    guard mayChange(text) else { return text }
    return string(NumberForms(LetterForms(text)).text.scalars)
  }

  /// The parts of a normalised text that are marked, as parts of the text that it was made from.
  ///
  /// `marked` are places of Unicode scalars in `normalised(original)`; the answer's are places in `original`.
  public static func places(in original: String, of marked: [Range<Int>]) -> [Range<Int>] {
    let text = NumberForms(LetterForms(original)).text
    let end = original.unicodeScalars.count
    func place(_ index: Int) -> Int { index < text.origins.count ? text.origins[max(0, index)] : end }
    return marked.map { range in
      let start = place(range.lowerBound)
      return start..<max(start, place(range.upperBound))
    }
  }

  /// Whether more than a look at the bytes is needed.
  private static func mayChange(_ text: String) -> Bool {
    var hasDigit = false
    var hasMark = false
    for byte in text.utf8 {
      switch byte {
      case 0x80...: return true
      case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
      case UInt8(ascii: "'"): return true
      case UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "/"), UInt8(ascii: "x"), UInt8(ascii: "X"),
        UInt8(ascii: "*"):
        hasMark = true
      default: break
      }
    }
    return hasDigit && hasMark
  }

  static func string(_ scalars: [Unicode.Scalar]) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}

/// Scalars, each with the place in the original text that it comes from.
struct TracedScalars {
  private(set) var scalars: [Unicode.Scalar] = []
  private(set) var origins: [Int] = []

  var count: Int { scalars.count }

  mutating func append(_ scalar: Unicode.Scalar, from origin: Int) {
    scalars.append(scalar)
    origins.append(origin)
  }

  mutating func append(_ text: some Sequence<Unicode.Scalar>, from origin: Int) {
    for scalar in text { append(scalar, from: origin) }
  }

  /// Puts another scalar where the last one stands, which keeps its origin.
  mutating func replaceLast(by scalar: Unicode.Scalar) { scalars[scalars.count - 1] = scalar }

  mutating func cut(to count: Int) {
    scalars.removeSubrange(count...)
    origins.removeSubrange(count...)
  }
}
