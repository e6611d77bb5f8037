import Foundation
import FoundationNetworking
import JSON

/// A request to a search server that an administrator makes, but the shop never.
enum SearchServerRequest {
  struct Refused: Error { let answer: String }

  static func get(_ path: String, at address: String) async throws -> String {
    try await send("GET", path, nil, at: address)
  }

  static func put(_ path: String, _ body: JSONValue, at address: String) async throws {
    _ = try await send("PUT", path, body, at: address)
  }

  private static func send(_ method: String, _ path: String, _ body: JSONValue?, at address: String) async throws
    -> String
  {
    var request = URLRequest(url: URL(string: address + path)!)
    request.httpMethod = method
    request.httpBody = body.map { Data($0.bytes) }
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    let (data, response) = try await URLSession.shared.data(for: request)
    let answer = String(decoding: data, as: UTF8.self)
    guard (response as? HTTPURLResponse)?.statusCode == 200 else { throw Refused(answer: answer) }
    return answer
  }
}
