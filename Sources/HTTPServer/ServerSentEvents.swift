/// An event of a `text/event-stream`, as defined by HTML's living standard (section 9.2).
public struct ServerSentEvent: Sendable, Equatable {
  public var data: String
  public var event: String?
  public var id: String?
  /// How long the client waits before it connects again.
  public var retryMilliseconds: Int?

  /// Makes an event; line ends in `event` and `id` are dropped, those in `data` make several data lines.
  public init(data: String, event: String? = nil, id: String? = nil, retryMilliseconds: Int? = nil) {
    self.data = data
    self.event = event
    self.id = id
    self.retryMilliseconds = retryMilliseconds
  }

  /// The event's text on the wire.
  public var encoded: String {
    var text = ""
    if let id { text += "id: \(Self.oneLine(id))\n" }
    if let event { text += "event: \(Self.oneLine(event))\n" }
    if let retryMilliseconds { text += "retry: \(retryMilliseconds)\n" }
    // A Character is a grapheme, and CR LF is a single one.
    for line in data.split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" })
    {
      text += "data: \(line)\n"
    }
    return text + "\n"
  }

  private static func oneLine(_ text: String) -> String {
    String(decoding: text.utf8.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0 }, as: UTF8.self)
  }
}

extension HTTPResponse {
  /// A stream of events; ends when the sequence ends, the client leaves or the server drains.
  public static func events<Events: AsyncSequence & Sendable>(_ events: Events) -> HTTPResponse
  where Events.Element == ServerSentEvent {
    var response = HTTPResponse.stream(contentType: "text/event-stream") { writer in
      // A first comment, so that the client sees at once that the stream is open.
      try await writer.write(": open\n\n")
      for try await event in events { try await writer.write(event.encoded) }
    }
    response.headers.add("Cache-Control", "no-cache")
    // Otherwise nginx would hold events back until its buffer is full.
    response.headers.add("X-Accel-Buffering", "no")
    response.endsOnDrain = true
    return response
  }
}
