/// A name as it stands in an address.
public enum Slug {
  private static let longest = 80

  /// A brand's name in lower case without accents, its letters and digits of any script, parted by hyphens: `"Larkspur & Lane"` →
  /// `larkspur-lane`. Empty where the name has neither.
  public static func brand(_ name: String) -> String {
    let words = name.folded.split { !$0.isLetter && !$0.isNumber }
    return String(words.joined(separator: "-").prefix(longest))
  }
}
