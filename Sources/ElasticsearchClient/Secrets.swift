internal import FoundationEssentials
internal import SearchDSL

/// Texts that no message may contain, even if a server repeats them in an error.
struct Secrets: Sendable {
  private let texts: [String]

  init(of credentials: ElasticsearchSettings.Credentials) {
    texts =
      switch credentials {
      case .none: []
      case .basic(let user, let password):
        [password, Data("\(user):\(password)".utf8).base64EncodedString()].filter { !$0.isEmpty }
      case .apiKey(let key): [key]
      }
  }

  func blanked(_ text: String) -> String { texts.reduce(text) { $0.replacing($1, with: "***") } }

  func blanked(_ error: SearchEngineError) -> SearchEngineError {
    switch error {
    case .refused(let status, let type, let reason, let index):
      .refused(status: status, type: blanked(type), reason: blanked(reason), index: index.map(blanked))
    case .indexNotFound(let index): .indexNotFound(blanked(index))
    case .unavailable(let reason): .unavailable(reason: blanked(reason))
    case .deadlineExceeded: .deadlineExceeded
    case .malformedAnswer(let reason): .malformedAnswer(reason: blanked(reason))
    }
  }
}
