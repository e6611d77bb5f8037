import JSON

/// Reads the JSON definition of one field.
struct FieldDefinition {
  let path: String
  let json: JSONValue
  let analysis: AnalysisRegistry
  let similarities: [String: BM25Parameters]
  /// The number of the field itself; its multi-fields get the next numbers.
  let number: Int
  var parent: String?

  private static let known: Set<String> = [
    "type", "index", "doc_values", "store", "norms", "index_options", "analyzer", "search_analyzer",
    "search_quote_analyzer", "fields", "copy_to", "position_increment_gap", "similarity", "normalizer", "ignore_above",
    "null_value", "format", "coerce", "ignore_malformed", "term_vector", "eager_global_ordinals", "boost", "meta",
    "fielddata", "index_prefixes", "index_phrases", "locale", "split_queries_on_whitespace", "time_series_dimension",
  ]

  func field() throws -> FieldMapping {
    guard let typeName = json["type"]?.string else {
      throw MappingError("No type specified for field [\(path)]")
    }
    guard let type = FieldType(rawValue: typeName) else {
      throw MappingError(
        "No handler for type [\(typeName)] declared on field [\(path)]: the node knows text, keyword, numbers, boolean, "
          + "date and object")
    }
    for name in json.object?.names ?? [] where !Self.known.contains(name) {
      throw MappingError("unknown parameter [\(name)] on mapper [\(path)] of type [\(typeName)]")
    }
    var parameters = FieldMapping.Parameters()
    parameters.parent = parent
    parameters.isIndexed = json["index"]?.flag ?? true
    parameters.hasDocValues = json["doc_values"]?.flag ?? (type != .text)
    parameters.copyTo = json["copy_to"]?.array?.compactMap(\.string) ?? json["copy_to"]?.string.map { [$0] } ?? []
    parameters.ignoresMalformed = json["ignore_malformed"]?.flag ?? false
    parameters.similarity = try similarity()
    if let null = json["null_value"], !null.isNull { parameters.nullValue = null }
    switch type {
    case .text: try text(&parameters)
    case .keyword: try keyword(&parameters)
    case .date: parameters.dateFormats = try dateFormats()
    default: break
    }
    var multiFields: [FieldMapping] = []
    var next = number + 1
    for member in json["fields"]?.object?.members ?? [] {
      let field = try FieldDefinition(
        path: "\(path).\(member.name)", json: member.value, analysis: analysis, similarities: similarities,
        number: next, parent: path
      ).field()
      next = field.lastNumber + 1
      multiFields.append(field)
    }
    return FieldMapping(name: path, number: number, type: type, parameters: parameters, multiFields: multiFields)
  }

  private func similarity() throws -> BM25Parameters {
    guard let name = json["similarity"]?.string else { return similarities["default"] ?? BM25Parameters() }
    guard let parameters = similarities[name] else {
      throw MappingError("Unknown Similarity type [\(name)] for field [\(path)]")
    }
    return parameters
  }

  private func text(_ parameters: inout FieldMapping.Parameters) throws {
    parameters.hasNorms = json["norms"]?.flag ?? true
    parameters.indexOptions = .positions
    if let options = json["index_options"]?.string {
      guard let known = IndexOptions(rawValue: options) else {
        throw MappingError("Unknown value [\(options)] for field [index_options] of [\(path)]")
      }
      parameters.indexOptions = known
    }
    parameters.positionIncrementGap = json["position_increment_gap"]?.number.map { Int(saturating: $0) } ?? 100
    do {
      let fallback = (try? analysis.analyzer(named: "default")) == nil ? "standard" : "default"
      let analyzer = try analysis.analyzer(named: json["analyzer"]?.string ?? fallback)
      parameters.analyzer = analyzer
      parameters.searchAnalyzer =
        try json["search_analyzer"]?.string.map { try analysis.analyzer(named: $0) } ?? analyzer
    } catch let error as AnalysisError {
      throw MappingError(error.reason, type: error.type)
    }
  }

  private func keyword(_ parameters: inout FieldMapping.Parameters) throws {
    parameters.hasNorms = json["norms"]?.flag ?? false
    parameters.ignoreAbove = json["ignore_above"]?.number.map { Int(saturating: $0) } ?? .max
    guard let name = json["normalizer"]?.string else { return }
    do { parameters.normalizer = try analysis.normalizer(named: name) } catch let error {
      throw MappingError(error.reason, type: error.type)
    }
  }

  private func dateFormats() throws -> [DateFormat] {
    guard let text = json["format"]?.string else { return DateFormat.defaults }
    var formats: [DateFormat] = []
    for part in text.split(separator: "|") where !part.isEmpty {
      guard let format = DateFormat(rawValue: String(part)) else {
        throw MappingError("Invalid format: [\(part)] of field [\(path)]: the node knows ISO 8601 and epoch formats")
      }
      formats.append(format)
    }
    return formats
  }
}
