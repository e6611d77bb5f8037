extension StringProtocol {
  /// The text in lower case, letters and numbers in one form, Latin letters without their marks: `"Café"` → `cafe`.
  /// Shoppers' input is compared in this form.
  public var folded: String {
    let lowered = SearchText.normalised(lowercased())
    guard lowered.utf8.contains(where: { $0 >= 0x80 }) else { return lowered }
    var result = String.UnicodeScalarView()
    for scalar in lowered.unicodeScalars where scalar.properties.generalCategory != .nonspacingMark {
      result.append(scalar.withoutMarks)
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  /// `e` for `é`: Unicode's name of a letter with marks contains the plain letter.
  fileprivate var withoutMarks: Unicode.Scalar {
    guard value >= 0xC0, let name = properties.name, name.hasPrefix("LATIN SMALL LETTER "),
      let marks = name.firstRange(of: " WITH "), let letter = name[..<marks.lowerBound].unicodeScalars.last,
      name[..<marks.lowerBound].dropLast().last == " "
    else { return self }
    return Unicode.Scalar(letter.value | 0x20) ?? self
  }
}
