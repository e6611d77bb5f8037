/// The words of a text as numbers, so that hundreds of titles are compared with a query in little time.
public enum TitleWords {
  /// Words of a longer text are left out.
  static let most = 64

  /// Letters and digits in lower case, without an English plural's ending; FNV-1a of each word, in their order.
  public static func of(_ text: String) -> [UInt64] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.prefix(most).map { word in
      UInt64(fnv1aOf: word.utf8.dropLast(ending(of: word)))
    }
  }

  /// The bytes of a plural's ending: `dresses` and `dress`, `boots` and `boot` are the same word.
  private static func ending(of word: Substring) -> Int {
    guard word.utf8.count > 3, word.utf8.last == UInt8(ascii: "s") else { return 0 }
    if ["sses", "shes", "ches", "xes"].contains(where: { word.hasSuffix($0) }) { return 2 }
    return word.hasSuffix("ss") ? 0 : 1
  }
}
