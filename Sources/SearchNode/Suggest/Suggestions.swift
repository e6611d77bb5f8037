import SearchDSL

struct Suggestions {
  let snapshot: Snapshot
  func results(_ suggesters: [NamedSuggester]) throws(SearchEngineError) -> [String: [SuggestEntry]] { [:] }
}
