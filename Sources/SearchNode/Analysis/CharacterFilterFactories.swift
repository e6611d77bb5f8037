/// Character filters by the name of their type.
enum CharacterFilterFactories {
  typealias Factory = @Sendable (ComponentSettings) throws(AnalysisError) -> any CharacterFilter

  static let byType: [String: Factory] = [
    "html_strip": { settings throws(AnalysisError) in
      HTMLStripCharacterFilter(escapedTags: settings.list("escaped_tags") ?? [])
    },
    "mapping": { settings throws(AnalysisError) in
      guard let rules = settings.rules("mappings") else {
        throw AnalysisError("mapping requires either `mappings` or `mappings_path` to be configured")
      }
      var mappings: [(from: [UInt16], to: [UInt16])] = []
      for rule in rules {
        let (left, right) = try MappingRule.sides(of: rule)
        let from = try MappingRule.unescaped(left)
        guard !from.isEmpty else { throw AnalysisError("Invalid Mapping Rule : [\(rule)]: nothing is to be replaced") }
        guard !mappings.contains(where: { $0.from == from }) else {
          throw AnalysisError("match \"\(left)\" was already added")
        }
        mappings.append((from, try MappingRule.unescaped(right)))
      }
      return MappingCharacterFilter(mappings)
    },
    "pattern_replace": { settings throws(AnalysisError) in
      guard let source = settings.text("pattern"), !source.isEmpty else {
        throw AnalysisError("pattern is missing for [\(settings.name)] char filter of type 'pattern_replace'")
      }
      let pattern = try JavaPattern(source, flags: settings.text("flags"))
      return PatternReplaceCharacterFilter(
        pattern: pattern, replacement: try JavaReplacement(settings.text("replacement") ?? "", for: pattern))
    },
  ]

  /// Whether an analyzer may name the type directly, without settings.
  static func isUsableBare(_ type: String) -> Bool { type == "html_strip" }

  /// Whether a normalizer may use the filter: the filter must work character by character.
  static func isFitForNormalizers(_ type: String) -> Bool { ["mapping", "pattern_replace"].contains(type) }
}
