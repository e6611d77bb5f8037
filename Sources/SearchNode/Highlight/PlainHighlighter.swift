import JSON
import SearchDSL

struct PlainHighlighter {
  init(_ highlight: Highlight, query: IndexQuery, snapshot: Snapshot) throws(SearchEngineError) {}
  func highlight(_ source: JSONValue) -> [String: [String]] { [:] }
}
