import TestSupport
import Testing

/// A browser of a member of the staff: keeps cookies and sends the forms of the pages that it read.
final class StaffBrowser {
  let client: HTTPClient
  private(set) var cookies: [String: String] = [:]
  private(set) var lastCookies: [String] = []
  private let address: String

  init(_ client: HTTPClient, from address: String = "198.51.100.77") {
    self.client = client
    self.address = address
  }

  private func headers(_ more: String) -> String {
    let pairs = cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ")
    return (pairs.isEmpty ? "" : "Cookie: \(pairs)\r\n") + "X-Forwarded-For: \(address)\r\n" + more
  }

  private func keep(_ answer: HTTPClient.Answer) {
    lastCookies = answer.headers.values("Set-Cookie")
    for line in lastCookies {
      let pair = line.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else { continue }
      cookies[String(pair[0])] = pair[1].isEmpty ? nil : String(pair[1])
    }
  }

  func set(_ name: String, _ value: String?) { cookies[name] = value }

  func get(_ target: String, _ more: String = "") async throws -> HTTPClient.Answer {
    let answer = try await client.get(target, headers: headers(more))
    keep(answer)
    return answer
  }

  func post(_ target: String, _ fields: [(String, String)], _ more: String = "") async throws -> HTTPClient.Answer {
    let body = fields.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
    let answer = try await client.get(
      target, method: "POST", headers: headers("Content-Type: application/x-www-form-urlencoded\r\n" + more),
      body: body)
    keep(answer)
    return answer
  }

  /// Sends a form of a page with its own token.
  func send(_ target: String, from page: String, _ fields: [(String, String)]) async throws -> HTTPClient.Answer {
    let text = try await get(page).text
    return try await post(target, [("form_token", try Self.formToken(text))] + fields)
  }

  func signIn(_ name: String, _ password: String) async throws -> HTTPClient.Answer {
    try await send("/console/sign-in", from: "/console/sign-in", [("name", name), ("password", password)])
  }

  static func formToken(_ page: String) throws -> String {
    let start = try #require(page.firstRange(of: "name=\"form_token\" value=\"")).upperBound
    return String(page[start...].prefix { $0 != "\"" })
  }

  static func encoded(_ text: String) -> String {
    text.utf8.map { byte in
      switch byte {
      case 48...57, 65...90, 97...122: String(UnicodeScalar(byte))
      default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}
