/// The form of a name in an address.
public enum Slug {
  private static let longest = 80

  /// A brand's name in lower case without accents: its letters and digits of any script, separated by hyphens:
  /// `"Larkspur & Lane"` → `larkspur-lane`. Empty if the name has neither.
  public static func brand(_ name: String) -> String {
    let words = name.folded.split { !$0.isLetter && !$0.isNumber }
    return String(words.joined(separator: "-").prefix(longest))
  }
}
