extension Picture {
  static let accessories: [String: Drawing] = [
    "bag": Drawing(["tote", "crossbody", "laptop", "holdall"], drawBag),
    "backpack": Drawing([], drawBackpack),
    "sleeve": Drawing([], drawSleeve),
    "suitcase": Drawing([], drawSuitcase),
    "wallet": Drawing([]) { c in
      c.body("M84 132Q84 118 98 118H302Q316 118 316 132V276Q316 290 302 290H98Q84 290 84 276Z")
      c.line("M94 130H306V278H94Z", c.contrast, width: "1.4", dash: "6 5")
      c.part("M250 184H322V226H250Q236 205 250 184Z", c.shade)
      c.disc(262, 205, 7, "#e3c27a")
      c.gleam("M92 126H220L120 284H92Z", opacity: ".12")
    },
    "belt": Drawing([]) { c in
      c.ring(200, 206, 98, c.shade, width: "40")
      c.ring(194, 198, 98, c.tint.css, width: "36")
      c.ring(194, 198, 108, c.contrast, width: "1.4")
      c.body("M244 244h72v62h-72z", fill: Canvas.metal)
      c.box(258, 258, 44, 34, round: 4, c.tint.css)
      c.line("M250 275h44", "#8b9199", width: "6")
    },
    "scarf": Drawing([]) { c in
      c.body("M118 96Q200 60 282 96Q306 130 276 160Q200 196 124 160Q94 130 118 96Z")
      c.part("M136 108Q200 84 264 108Q276 126 258 138Q200 160 142 138Q124 126 136 108Z", c.shade)
      c.body("M140 160L214 172L196 340H122Z")
      c.body("M210 170L262 158L288 304L222 316Z")
      c.line(
        "M126 340v18M140 340v18M154 340v18M168 340v18M182 340v18M194 340v18M226 316l2 18M242 313l2 18M258 310l2 18M274 307l2 18",
        c.tint.css, width: "4")
      c.line("M122 322H198M220 298L286 286", width: "2")
    },
    "hat": Drawing(["beanie", "cap", "sun"], drawHat),
    "sunglasses": Drawing(["round"]) { c in
      c.ground(200, 262, 150, 10)
      let lens =
        c.has("round")
        ? "M124 150A50 50 0 1 1 123.900 150Z" : "M72 160Q124 142 182 160Q184 232 128 236Q76 232 72 160Z"
      c.bothSides { $0.part(lens, "#2a2f38", opacity: ".9") }
      c.bothSides { $0.line(lens, $0.tint.css, width: "10") }
      c.bothSides { $0.line("M72 164L44 152", $0.tint.css, width: "10") }
      c.line("M178 168Q200 152 222 168", c.tint.css, width: "9")
      c.bothSides { $0.gleam("M92 172L122 164L98 220Q86 200 92 172Z") }
    },
    "watch": Drawing(["smart", "steel"], drawWatch),
    "necklace": Drawing([]) { c in
      c.line("M104 76Q110 244 200 272Q290 244 296 76", "#b98d3f", width: "4")
      c.line("M104 76Q110 244 200 272Q290 244 296 76", "#f0d595", width: "2.4", dash: "4 4")
      c.body("M200 266Q236 300 200 344Q164 300 200 266Z")
      c.gleam("M198 276Q174 302 196 330Q190 302 198 276Z", opacity: ".5")
      c.disc(200, 266, 7, "#e3c27a")
    },
    "earrings": Drawing([]) { c in
      c.bothSides {
        $0.line("M132 112q-14-34 6-40q18 4 8 28", "#d2a850", width: "4")
        $0.ring(136, 176, 56, "#b98d3f", width: "13")
        $0.ring(135, 174, 56, "#f0d595", width: "8")
        $0.body("M136 214Q158 244 136 274Q114 244 136 214Z")
      }
    },
    "socks": Drawing([]) { c in
      c.placed("translate(34 -12)") {
        $0.body("M150 70H222V210Q222 236 250 262Q286 298 262 322Q240 340 208 312L160 262Q146 246 148 220Z")
      }
      c.placed("translate(-34 10)") {
        $0.body("M150 70H222V210Q222 236 250 262Q286 298 262 322Q240 340 208 312L160 262Q146 246 148 220Z")
        $0.part("M150 70H222V100H150Z", $0.shade)
        $0.part("M250 262Q286 298 262 322Q246 334 226 326Q224 284 250 262Z", $0.shade)
        $0.line("M158 72v26M170 72v26M182 72v26M194 72v26M206 72v26", width: "1.3")
      }
    },
    "gloves": Drawing([]) { c in
      c.bothSides {
        $0.body(
          "M90 322L84 210L48 168Q42 150 60 150L90 176L88 92Q98 78 110 92L116 160L122 74Q134 62 144 76L142 162L154 92Q166 82 174 96L168 178L176 130Q188 124 192 138L180 250L176 322Z"
        )
        $0.line("M90 286H178M89 302H177", width: "2")
      }
    },
    "tie": Drawing([]) { c in
      c.body("M176 56H224L232 92L212 112H188L168 92Z")
      c.body("M188 112H212L244 300L200 350L156 300Z")
      c.gleam("M192 116L168 296L182 312L200 120Z", opacity: ".16")
    },
    "umbrella": Drawing([]) { c in
      c.line("M200 70V310Q200 338 224 336Q242 332 240 312", "#8e6238", width: "9")
      c.body(
        "M56 214Q64 86 200 78Q336 86 344 214Q320 188 296 212Q272 188 248 212Q224 188 200 212Q176 188 152 212Q128 188 104 212Q80 188 56 214Z"
      )
      c.line(
        "M200 80Q140 120 152 210M200 80Q260 120 248 210M200 80Q96 110 104 210M200 80Q304 110 296 210", width: "1.5")
      c.gleam("M74 190Q90 106 180 88Q110 124 100 196Q86 182 74 190Z")
    },
  ]

  @Sendable private static func drawBag(_ c: inout Canvas) {
    c.ground(200, 338, 140)
    if c.has("laptop") {
      c.line("M150 138Q150 92 176 92H224Q250 92 250 138", c.shade, width: "13")
      c.line("M70 160Q40 60 200 56Q360 60 330 160", c.edge, width: "7")
      c.body("M64 150Q64 134 82 134H318Q336 134 336 150V312Q336 332 314 332H86Q64 332 64 312Z")
      c.part("M64 150Q64 134 82 134H318Q336 134 336 150V216Q200 246 64 216Z", c.highlight, opacity: ".35")
      c.line("M66 216Q200 246 334 216M88 258H312V316H88Z", width: "2")
      c.bothSides { $0.box(124, 210, 22, 40, round: 5, "#c7ccd2") }
    } else if c.has("tote") {
      c.bothSides { $0.line("M142 150Q134 56 168 54Q200 56 200 66", $0.shade, width: "11") }
      c.body("M78 140H322L304 320Q302 336 286 336H114Q98 336 96 320Z")
      c.line("M82 160H318", width: "2", dash: "7 5")
      c.box(170, 196, 60, 40, round: 4, c.shade)
    } else if c.has("holdall") {
      c.line("M130 190Q130 100 200 98Q270 100 270 190", c.shade, width: "13")
      c.body("M50 214Q52 168 96 164H304Q348 168 350 214V300Q348 332 316 334H84Q52 332 50 300Z")
      c.line("M92 178H308", "#d4d8dd", width: "4")
      c.bothSides { $0.part("M118 166h26v168h-26z", $0.shade) }
    } else {
      let strap = c.has("crossbody") ? "M92 190Q70 46 200 44Q330 46 308 190" : "M130 170Q132 74 200 72Q268 74 270 170"
      c.line(strap, c.shade, width: c.has("crossbody") ? "7" : "13")
      c.body("M88 172Q90 158 106 158H294Q310 158 312 172L326 308Q326 334 302 334H98Q74 334 74 308Z")
      c.part("M86 190Q88 158 106 158H294Q312 158 314 190L308 232Q200 282 92 232Z", c.highlight, opacity: ".45")
      c.line("M90 226Q200 282 310 226", width: "2")
      c.box(182, 240, 36, 28, round: 7, "#e3c27a")
      c.disc(200, 254, 5, "#9a7631")
    }
    c.gleam("M92 250L98 318H120L110 246Z", opacity: ".16")
  }

  @Sendable private static func drawBackpack(_ c: inout Canvas) {
    c.ground(200, 346, 120)
    c.line("M168 78Q168 46 200 46Q232 46 232 78", c.shade, width: "11")
    c.bothSides { $0.part("M98 190Q72 210 78 300L104 316Z", $0.shade) }
    c.body("M94 172Q98 70 200 70Q302 70 306 172V310Q304 344 272 344H128Q96 344 94 310Z")
    c.line("M110 190Q112 96 200 94Q288 96 290 190", "#d4d8dd", width: "3.5")
    c.body("M118 218Q118 206 132 206H268Q282 206 282 218V306Q280 324 262 324H138Q120 324 118 306Z")
    c.line("M128 232H272", "#d4d8dd", width: "3.5")
    c.part("M256 232l6 26h-10z", c.contrast)
    c.box(176, 128, 48, 30, round: 5, c.contrast)
    c.gleam("M106 180Q110 106 170 88Q126 112 122 196Z", opacity: ".18")
  }

  @Sendable private static func drawSleeve(_ c: inout Canvas) {
    c.ground(200, 318, 150)
    c.body("M58 120Q58 104 74 104H326Q342 104 342 120V288Q342 306 324 306H76Q58 306 58 288Z")
    c.line("M58 130H300", "#d4d8dd", width: "4")
    c.part("M296 124h22v12h-22z", "#9aa0a8")
    c.line("M72 148H328V292H72Z", c.contrast, width: "1.4", dash: "6 5")
    c.box(254, 250, 54, 26, round: 3, c.shade)
    c.gleam("M72 148H220L120 292H72Z", opacity: ".12")
  }

  @Sendable private static func drawSuitcase(_ c: inout Canvas) {
    c.ground(200, 362, 110)
    c.line("M164 92V40H236V92", "#9aa0a8", width: "8")
    c.bothSides { $0.disc(136, 354, 11, "#24272c") }
    c.body("M100 112Q100 88 124 88H276Q300 88 300 112V324Q300 348 276 348H124Q100 348 100 324Z")
    for x in stride(from: 130, through: 270, by: 28) { c.line("M\(x) 104V332", width: "3.4") }
    c.box(178, 76, 44, 16, round: 7, c.shade)
    c.gleam("M108 112Q110 96 126 96V340Q110 338 108 322Z", opacity: ".25")
  }

  @Sendable private static func drawHat(_ c: inout Canvas) {
    if c.has("cap") {
      c.ground(200, 296, 150)
      c.body("M94 246Q86 124 196 116Q306 118 306 250Q200 222 94 246Z")
      c.body("M94 244Q200 214 308 250Q366 262 364 286Q300 268 200 262Q130 260 94 272Z")
      c.line("M196 116Q190 180 190 228M196 116Q140 150 132 236M196 116Q256 150 262 234", width: "1.5")
      c.disc(196, 116, 8, c.shade)
    } else if c.has("sun") {
      c.ground(200, 296, 170)
      c.body("M36 252Q60 222 200 220Q340 222 364 252Q350 296 200 298Q50 296 36 252Z")
      c.body("M114 240Q118 124 200 120Q282 124 286 240Q200 268 114 240Z")
      c.part("M115 214Q200 244 285 214L287 240Q200 268 113 240Z", "#3a3a3f")
    } else {
      c.disc(200, 78, 34, c.highlight)
      c.body("M96 250Q92 104 200 98Q308 104 304 250Z")
      let ribs = stride(from: 116, through: 284, by: 21).map { "M\($0) 246Q\(200 + ($0 - 200) * 8 / 10) 150 200 102" }
        .joined()
      c.line(ribs, width: "1.5")
      c.body("M86 240Q200 222 314 240L318 302Q200 320 82 302Z")
      let turn = stride(from: 96, through: 308, by: 15).map { "M\($0) 244V306" }.joined()
      c.line(turn, width: "1.5")
    }
  }

  @Sendable private static func drawWatch(_ c: inout Canvas) {
    let strap = c.has("steel") ? Canvas.metal : Canvas.body
    c.body("M158 124L168 36H232L242 124Z", fill: strap)
    c.body("M158 276L168 364H232L242 276Z", fill: strap)
    if c.has("steel") {
      c.line("M166 60H234M163 84H237M161 106H239M163 296H237M165 318H235M167 342H233", "#8b9199", width: "2")
    } else {
      c.line("M176 48L168 116M224 48L232 116M168 284L176 352M232 284L224 352", c.contrast, width: "1.3", dash: "5 4")
    }
    if c.has("smart") {
      c.body(
        "M128 148Q128 116 160 116H240Q272 116 272 148V252Q272 284 240 284H160Q128 284 128 252Z", fill: Canvas.graphite)
      c.box(140, 128, 120, 144, round: 22, "#07080a")
      c.ring(200, 190, 38, "#2f3540", width: "9")
      c.line("M200 152A38 38 0 1 1 164 200", "#57d98c", width: "9")
      c.line("M164 250h72", "#f5a35c", width: "7")
      c.box(272, 182, 8, 34, round: 4, "#5a6068")
    } else {
      c.disc(200, 200, 86, "#8b9199")
      c.disc(199, 198, 84, Canvas.metal)
      c.disc(200, 200, 70, c.has("steel") ? c.tint.css : "#faf8f2")
      let ink = c.has("steel") && c.tint.luma < 140 ? "#f4f4f0" : "#2a2d33"
      for (x, y) in [
        (200, 140), (230, 148), (252, 170), (260, 200), (252, 230), (230, 252), (200, 260), (170, 252), (148, 230),
        (140, 200), (148, 170), (170, 148),
      ] {
        c.disc(x, y, 3, ink)
      }
      c.line("M200 200L170 168", ink, width: "5")
      c.line("M200 200L238 168", ink, width: "3.4")
      c.box(284, 192, 12, 16, round: 3, "#a9afb6")
    }
    c.gleam("M150 150Q170 128 210 128L160 250Q136 200 150 150Z", opacity: ".14")
  }
}
