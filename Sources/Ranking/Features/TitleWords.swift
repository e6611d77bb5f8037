/// The words of a text as numbers, so that hundreds of titles are compared with a query in little time.
public enum TitleWords {
  /// Words of a longer text are left out.
  static let most = 64

  /// Letters and digits in lower case, without a plural's `s`; FNV-1a of each word, in their order.
  public static func of(_ text: String) -> [UInt64] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.prefix(most).map { word in
      let bytes = word.utf8
      let isPlural = bytes.count > 3 && bytes.last == UInt8(ascii: "s")
      return bytes.dropLast(isPlural ? 1 : 0).reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
  }
}
