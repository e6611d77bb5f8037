import Catalog

extension String {
  /// Whether the text begins so from one of its words on; case and accents do not matter.
  func hasWord(beginningWith prefix: String) -> Bool {
    let wanted = prefix.folded
    guard !wanted.isEmpty else { return true }
    var isStart = true
    var rest = folded[...]
    while let next = rest.first {
      if isStart, rest.hasPrefix(wanted) { return true }
      isStart = !next.isLetter && !next.isNumber
      rest = rest.dropFirst()
    }
    return false
  }
}
