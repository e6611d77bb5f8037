/// Makes analyzers from settings: named components first, then component types with their default settings.
struct AnalysisComponents {
  private let settings: AnalysisSettings
  private var tokenizers: [String: any Tokenizer] = [:]
  private var filters: [String: any TokenFilter] = [:]
  private var characterFilters: [String: any CharacterFilter] = [:]

  init(_ settings: AnalysisSettings) throws(AnalysisError) {
    self.settings = settings
    for (name, component) in settings.sorted(.tokenizer) {
      guard let type = component.type else {
        throw AnalysisError("tokenizer [\(name)] must specify either an analyzer type, or a tokenizer")
      }
      guard let make = TokenizerFactories.byType[type] else {
        throw AnalysisError("Unknown tokenizer type [\(type)] for [\(name)]")
      }
      tokenizers[name] = try make(component)
    }
    for (name, component) in settings.sorted(.filter) {
      guard let type = component.type else {
        throw AnalysisError("filter [\(name)] must specify either an analyzer type, or a tokenizer")
      }
      guard let make = TokenFilterFactories.byType[type] else {
        throw AnalysisError("Unknown filter type [\(type)] for [\(name)]")
      }
      filters[name] = try make(component)
    }
    for (name, component) in settings.sorted(.characterFilter) {
      guard let type = component.type else {
        throw AnalysisError("char_filter [\(name)] must specify either an analyzer type, or a tokenizer")
      }
      guard let make = CharacterFilterFactories.byType[type] else {
        throw AnalysisError("Unknown char_filter type [\(type)] for [\(name)]")
      }
      characterFilters[name] = try make(component)
    }
  }

  private func tokenizer(_ name: String, of owner: String) throws(AnalysisError) -> any Tokenizer {
    if let own = tokenizers[name] { return own }
    guard let make = TokenizerFactories.byType[name], TokenizerFactories.isUsableBare(name) else {
      throw AnalysisError("\(owner) failed to find tokenizer under name [\(name)]")
    }
    return try make(ComponentSettings(name: name, isBare: true, limits: settings.limits))
  }

  private func filter(_ name: String, of owner: String) throws(AnalysisError) -> any TokenFilter {
    if let own = filters[name] { return own }
    guard let make = TokenFilterFactories.byType[name], TokenFilterFactories.isUsableBare(name) else {
      throw AnalysisError("\(owner) failed to find filter under name [\(name)]")
    }
    return try make(ComponentSettings(name: name, isBare: true, limits: settings.limits))
  }

  private func characterFilter(_ name: String, of owner: String) throws(AnalysisError) -> any CharacterFilter {
    if let own = characterFilters[name] { return own }
    guard let make = CharacterFilterFactories.byType[name], CharacterFilterFactories.isUsableBare(name) else {
      throw AnalysisError("\(owner) failed to find char_filter under name [\(name)]")
    }
    return try make(ComponentSettings(name: name, isBare: true, limits: settings.limits))
  }

  /// All analyzers: the built-in ones and those of the settings, which may replace a built-in one.
  func analyzers() throws(AnalysisError) -> [String: Analyzer] {
    var out: [String: Analyzer] = [:]
    for name in BuiltInAnalyzers.names { out[name] = try BuiltInAnalyzers.make(name, ComponentSettings(name: name)) }
    for (name, component) in settings.sorted(.analyzer) {
      out[name] = try analyzer(component)
    }
    return out
  }

  private func analyzer(_ component: ComponentSettings) throws(AnalysisError) -> Analyzer {
    let name = component.name
    if let type = component.type, type != "custom" {
      guard let analyzer = try BuiltInAnalyzers.make(type, component) else {
        throw AnalysisError("Unknown analyzer type [\(type)] for [\(name)]")
      }
      return analyzer
    }
    let owner = "Custom Analyzer [\(name)]"
    guard let tokenizerName = component.text("tokenizer") else {
      throw AnalysisError(
        component.type == nil
          ? "analyzer [\(name)] must specify either an analyzer type, or a tokenizer"
          : "\(owner) must be configured with a tokenizer")
    }
    var own: [any TokenFilter] = []
    for filterName in component.list("filter") ?? [] { own.append(try filter(filterName, of: owner)) }
    var characters: [any CharacterFilter] = []
    for filterName in component.list("char_filter") ?? [] {
      characters.append(try characterFilter(filterName, of: owner))
    }
    return Analyzer(
      name: name, characterFilters: characters, tokenizer: try tokenizer(tokenizerName, of: owner), filters: own)
  }

  /// All normalizers: `lowercase` and those of the settings.
  func normalizers() throws(AnalysisError) -> [String: Normalizer] {
    var out = ["lowercase": Normalizer(name: "lowercase", filters: [CaseFilter(.lower)])]
    for (name, component) in settings.sorted(.normalizer) {
      if let type = component.type, type != "custom", type != "lowercase" {
        throw AnalysisError("Unknown normalizer type [\(type)] for [\(name)]")
      }
      if component.text("tokenizer") != nil {
        throw AnalysisError("Custom normalizer [\(name)] cannot configure a tokenizer")
      }
      var own: [any TokenFilter] = component.type == "lowercase" ? [CaseFilter(.lower)] : []
      for filterName in component.list("filter") ?? [] {
        let type = settings.components[.filter]?[filterName]?.type ?? filterName
        let made = try filter(filterName, of: "Custom Analyzer [\(name)]")
        guard TokenFilterFactories.isFitForNormalizers(type) else {
          throw AnalysisError("Custom normalizer [\(name)] may not use filter [\(filterName)]")
        }
        own.append(made)
      }
      var characters: [any CharacterFilter] = []
      for filterName in component.list("char_filter") ?? [] {
        let type = settings.components[.characterFilter]?[filterName]?.type ?? filterName
        let made = try characterFilter(filterName, of: "Custom Analyzer [\(name)]")
        guard CharacterFilterFactories.isFitForNormalizers(type) else {
          throw AnalysisError("Custom normalizer [\(name)] may not use char filter [\(filterName)]")
        }
        characters.append(made)
      }
      out[name] = Normalizer(name: name, characterFilters: characters, filters: own)
    }
    return out
  }
}
