extension Picture {
  static let footwear: [String: Drawing] = [
    "trainers": Drawing(["running", "high", "canvas"], drawTrainers),
    "boots": Drawing(["chelsea", "ankle", "hiking", "knee", "heel"], drawBoots),
    "heels": Drawing(["strap", "block"], drawHeels),
    "shoes": Drawing(["brogue", "loafer", "ballet"], drawShoes),
    "sandals": Drawing(["slider"], drawSandals),
  ]

  @Sendable private static func drawTrainers(_ c: inout Canvas) {
    c.ground(204, 306, 160)
    let top = c.has("high") ? 118 : 168
    c.body(
      "M64 272Q58 220 78 \(top + 10)Q92 \(top) 112 \(top + 8)Q134 \(top + 26) 160 \(top + 18)Q182 \(top + 10) 196"
        + " \(top + 24)L266 228Q332 238 340 274Z")
    c.part(
      "M80 \(top + 10)Q92 \(top + 2) 112 \(top + 10)Q134 \(top + 28) 160 \(top + 20)Q140 \(top + 46) 96 \(top + 24)Z",
      c.shade)
    c.part("M64 272Q58 232 74 212Q100 220 108 272Z", c.shade, opacity: ".75")
    c.part("M266 228Q332 238 340 274L258 274Q246 250 266 228Z", c.highlight, opacity: ".8")
    if c.has("canvas") {
      c.part("M300 240Q336 250 340 276H278Q280 250 300 240Z", "#f5f3ee")
      c.body("M56 270L346 270L344 296Q200 304 58 296Z", fill: "#f5f3ee")
      c.line("M58 284Q200 292 344 284", c.tint.css, width: "2.5")
    } else if c.has("running") {
      c.body("M52 258Q60 270 110 268L340 266Q358 280 344 298Q330 308 250 304L72 308Q44 300 52 258Z", fill: "#fbfbf9")
      c.part("M54 286Q200 280 348 282Q346 300 330 304L72 308Q56 304 54 286Z", c.contrast, opacity: ".8")
      c.line("M128 262Q150 214 226 238M150 264Q176 226 244 248", c.contrast, width: "6")
    } else {
      c.body("M56 268L344 268Q352 294 330 302L76 302Q52 298 56 268Z", fill: "#fbfbf9")
      c.line("M58 286L346 286", "#c9cdd2", width: "1.5")
      c.line("M136 266Q160 236 190 226", c.contrast, width: "7")
    }
    for step in 0..<(c.has("high") ? 6 : 4) {
      let x = c.has("high") ? 176 + step * 15 : 196 + step * 17
      let y = c.has("high") ? top + 30 + step * 15 : top + 28 + step * 11
      c.line("M\(x) \(y)l-22 12", "#fff", width: "5")
      c.line("M\(x) \(y)l-22 12", "#c3c7cc", width: "1")
    }
  }

  @Sendable private static func drawBoots(_ c: inout Canvas) {
    let top = c.has("knee") ? 54 : c.has("ankle") ? 150 : 96
    c.ground(206, 336, 140)
    c.body(
      "M110 \(top)Q164 \(top + 8) 216 \(top)Q212 190 226 232Q306 244 322 300L322 312L112 312Q100 210 110 \(top)Z")
    c.line("M112 \(top + 12)Q164 \(top + 20) 215 \(top + 12)", width: "1.5")
    if c.has("heel") || c.has("knee") {
      c.part("M112 310L176 310Q180 318 160 322L158 338H114Z", "#2a2523")
      c.part("M170 310H322Q326 320 316 324H190Q176 320 170 310Z", "#2a2523")
    } else {
      c.part("M108 308H326Q330 326 318 330H180V338H108Z", c.has("hiking") ? "#26282b" : "#3a2a20")
      if c.has("hiking") {
        c.line(
          "M116 338V328M134 338V328M152 338V328M212 330V322M236 330V322M260 330V322M284 330V322", "#4c5056", width: "6")
      }
    }
    if c.has("chelsea") {
      c.part(
        "M146 \(top + 6)Q164 \(top + 10) 184 \(top + 6)Q186 180 178 212Q162 218 150 210Q144 160 146 \(top + 6)Z",
        c.shade)
      c.line("M154 \(top + 12)V206M162 \(top + 12)V210M170 \(top + 12)V208M178 \(top + 12)V206", width: "1.2")
      c.line("M110 \(top)q-10-16 2-24q12 2 8 24", width: "5")
    } else if c.has("hiking") {
      for y in stride(from: top + 22, to: 236, by: 24) {
        c.line("M182 \(y)l34 6M216 \(y - 8)l-34 14", "#e8b04a", width: "3.4")
      }
      c.part("M262 262Q312 262 322 308H250Q248 276 262 262Z", c.shade)
    } else {
      c.line("M150 \(top + 14)Q144 220 156 304", width: "1.6")
    }
    c.gleam("M122 \(top + 20)Q116 220 124 300H138Q130 220 136 \(top + 22)Z")
  }

  @Sendable private static func drawHeels(_ c: inout Canvas) {
    c.ground(206, 322, 150, 10)
    c.body("M72 176Q84 150 112 186Q170 254 296 262Q344 270 340 304L258 306Q168 290 112 236L104 226Q70 220 72 176Z")
    c.part("M84 176Q96 166 116 196Q168 256 268 264Q200 282 140 234Q92 210 84 176Z", c.shade)
    let heel =
      c.has("block") ? "M74 200Q80 230 112 236L116 320H74Z" : "M74 200Q84 234 112 238Q98 270 96 322H86Q88 250 74 200Z"
    c.body(heel)
    c.part("M112 236Q170 290 258 306L342 304V310L254 312Q166 298 108 246Z", "#2a2523")
    if c.has("strap") {
      c.line("M84 160Q130 128 160 150Q176 172 150 216", c.tint.css, width: "9")
      c.disc(158, 156, 6, "#e3c27a")
    }
    c.gleam("M290 270Q330 276 332 298Q300 284 262 284Z", opacity: ".3")
  }

  @Sendable private static func drawShoes(_ c: inout Canvas) {
    c.ground(206, 306, 156, 12)
    c.body(
      "M62 268Q56 222 82 196Q96 190 112 204Q140 226 176 208Q200 196 216 210Q240 232 292 240Q340 250 344 284L62 286Z")
    c.part("M84 198Q98 192 112 206Q140 228 176 210Q150 244 100 222Z", c.shade)
    if c.has("ballet") {
      c.part("M120 212Q170 250 260 240Q210 262 150 250Q118 236 120 212Z", c.shade)
      c.part("M250 236l-18-12v24zM250 236l18-10v22z", c.contrast)
      c.part("M60 282H344V290Q200 296 62 292Z", "#3a2a20")
    } else {
      c.part("M58 280H348Q350 298 330 300H148V308H60Z", c.has("loafer") ? "#2b2320" : "#3b2a1e")
      if c.has("loafer") {
        c.line("M196 212Q224 240 300 250Q250 270 190 262Q176 236 196 212Z", width: "1.8")
        c.part("M180 226Q206 242 232 258L222 268Q194 254 170 236Z", c.shade)
      } else {
        c.line("M268 238Q250 262 270 284M150 230Q140 260 150 284", width: "2")
        c.line("M272 250Q300 246 324 264", width: "2", dash: "1 6")
        for step in 0..<4 { c.line("M\(188 + step * 16) \(214 + step * 8)l-18 12", c.contrast, width: "3") }
      }
    }
    c.gleam("M292 248Q330 254 334 272Q304 262 276 262Z", opacity: ".35")
  }

  @Sendable private static func drawSandals(_ c: inout Canvas) {
    c.ground(206, 312, 156, 12)
    c.body("M56 276Q120 262 200 276Q280 290 344 276Q352 300 326 306H76Q50 302 56 276Z", fill: "#b98a5c")
    if c.has("slider") {
      c.body("M168 282Q178 196 250 204Q314 214 322 286Q240 296 168 282Z")
      c.gleam("M188 270Q196 214 246 214Q206 228 204 274Z")
    } else {
      c.line("M270 288Q252 220 200 218Q164 222 150 276M320 286Q290 226 236 226", c.tint.css, width: "15")
      c.line("M200 220Q140 150 82 176Q66 196 72 270", c.tint.css, width: "13")
      c.disc(108, 166, 8, "#e3c27a")
    }
    c.line("M60 290Q200 302 342 290", "#8a6239", width: "2")
  }
}
