/// The formal aliases of characters (`NameAliases.txt` of Unicode 14): names that `\N{...}` knows beside the names proper.
enum CharacterAliases {
    /// One alias a line.
    static let names: StaticString = """
        NULL
        NUL
        START OF HEADING
        SOH
        START OF TEXT
        STX
        END OF TEXT
        ETX
        END OF TRANSMISSION
        EOT
        ENQUIRY
        ENQ
        ACKNOWLEDGE
        ACK
        ALERT
        BEL
        BACKSPACE
        BS
        CHARACTER TABULATION
        HORIZONTAL TABULATION
        HT
        TAB
        LINE FEED
        NEW LINE
        END OF LINE
        EOL
        LF
        NL
        LINE TABULATION
        VERTICAL TABULATION
        VT
        FORM FEED
        FF
        CARRIAGE RETURN
        CR
        SHIFT OUT
        LOCKING-SHIFT ONE
        SO
        SHIFT IN
        LOCKING-SHIFT ZERO
        SI
        DATA LINK ESCAPE
        DLE
        DEVICE CONTROL ONE
        DC1
        DEVICE CONTROL TWO
        DC2
        DEVICE CONTROL THREE
        DC3
        DEVICE CONTROL FOUR
        DC4
        NEGATIVE ACKNOWLEDGE
        NAK
        SYNCHRONOUS IDLE
        SYN
        END OF TRANSMISSION BLOCK
        ETB
        CANCEL
        CAN
        END OF MEDIUM
        EOM
        SUBSTITUTE
        SUB
        ESCAPE
        ESC
        INFORMATION SEPARATOR FOUR
        FILE SEPARATOR
        FS
        INFORMATION SEPARATOR THREE
        GROUP SEPARATOR
        GS
        INFORMATION SEPARATOR TWO
        RECORD SEPARATOR
        RS
        INFORMATION SEPARATOR ONE
        UNIT SEPARATOR
        US
        SP
        DELETE
        DEL
        PADDING CHARACTER
        PAD
        HIGH OCTET PRESET
        HOP
        BREAK PERMITTED HERE
        BPH
        NO BREAK HERE
        NBH
        INDEX
        IND
        NEXT LINE
        NEL
        START OF SELECTED AREA
        SSA
        END OF SELECTED AREA
        ESA
        CHARACTER TABULATION SET
        HORIZONTAL TABULATION SET
        HTS
        CHARACTER TABULATION WITH JUSTIFICATION
        HORIZONTAL TABULATION WITH JUSTIFICATION
        HTJ
        LINE TABULATION SET
        VERTICAL TABULATION SET
        VTS
        PARTIAL LINE FORWARD
        PARTIAL LINE DOWN
        PLD
        PARTIAL LINE BACKWARD
        PARTIAL LINE UP
        PLU
        REVERSE LINE FEED
        REVERSE INDEX
        RI
        SINGLE SHIFT TWO
        SINGLE-SHIFT-2
        SS2
        SINGLE SHIFT THREE
        SINGLE-SHIFT-3
        SS3
        DEVICE CONTROL STRING
        DCS
        PRIVATE USE ONE
        PRIVATE USE-1
        PU1
        PRIVATE USE TWO
        PRIVATE USE-2
        PU2
        SET TRANSMIT STATE
        STS
        CANCEL CHARACTER
        CCH
        MESSAGE WAITING
        MW
        START OF GUARDED AREA
        START OF PROTECTED AREA
        SPA
        END OF GUARDED AREA
        END OF PROTECTED AREA
        EPA
        START OF STRING
        SOS
        SINGLE GRAPHIC CHARACTER INTRODUCER
        SGC
        SINGLE CHARACTER INTRODUCER
        SCI
        CONTROL SEQUENCE INTRODUCER
        CSI
        STRING TERMINATOR
        ST
        OPERATING SYSTEM COMMAND
        OSC
        PRIVACY MESSAGE
        PM
        APPLICATION PROGRAM COMMAND
        APC
        NBSP
        SHY
        LATIN CAPITAL LETTER GHA
        LATIN SMALL LETTER GHA
        CGJ
        ALM
        SYRIAC SUBLINEAR COLON SKEWED LEFT
        KANNADA LETTER LLLA
        LAO LETTER FO FON
        LAO LETTER FO FAY
        LAO LETTER RO
        LAO LETTER LO
        TIBETAN MARK BKA- SHOG GI MGO RGYAN
        HANGUL JONGSEONG YESIEUNG-KIYEOK
        HANGUL JONGSEONG YESIEUNG-SSANGKIYEOK
        HANGUL JONGSEONG SSANGYESIEUNG
        HANGUL JONGSEONG YESIEUNG-KHIEUKH
        FVS1
        FVS2
        FVS3
        MVS
        FVS4
        ZWSP
        ZWNJ
        ZWJ
        LRM
        RLM
        LRE
        RLE
        PDF
        LRO
        RLO
        NNBSP
        MMSP
        WJ
        LRI
        RLI
        FSI
        PDI
        WEIERSTRASS ELLIPTIC FUNCTION
        MICR ON US SYMBOL
        MICR DASH SYMBOL
        LEFTWARDS TRIANGLE-HEADED ARROW WITH DOUBLE VERTICAL STROKE
        RIGHTWARDS TRIANGLE-HEADED ARROW WITH DOUBLE VERTICAL STROKE
        YI SYLLABLE ITERATION MARK
        MYANMAR LETTER KHAMTI LLA
        VS1
        VS2
        VS3
        VS4
        VS5
        VS6
        VS7
        VS8
        VS9
        VS10
        VS11
        VS12
        VS13
        VS14
        VS15
        VS16
        PRESENTATION FORM FOR VERTICAL RIGHT WHITE LENTICULAR BRACKET
        BYTE ORDER MARK
        BOM
        ZWNBSP
        CUNEIFORM SIGN NU11 TENU
        CUNEIFORM SIGN NU11 OVER NU11 BUR OVER BUR
        MEDEFAIDRIN CAPITAL LETTER H
        MEDEFAIDRIN CAPITAL LETTER NG
        MEDEFAIDRIN SMALL LETTER H
        MEDEFAIDRIN SMALL LETTER NG
        HENTAIGANA LETTER E-1
        BYZANTINE MUSICAL SYMBOL FTHORA SKLIRON CHROMA VASIS
        VS17
        VS18
        VS19
        VS20
        VS21
        VS22
        VS23
        VS24
        VS25
        VS26
        VS27
        VS28
        VS29
        VS30
        VS31
        VS32
        VS33
        VS34
        VS35
        VS36
        VS37
        VS38
        VS39
        VS40
        VS41
        VS42
        VS43
        VS44
        VS45
        VS46
        VS47
        VS48
        VS49
        VS50
        VS51
        VS52
        VS53
        VS54
        VS55
        VS56
        VS57
        VS58
        VS59
        VS60
        VS61
        VS62
        VS63
        VS64
        VS65
        VS66
        VS67
        VS68
        VS69
        VS70
        VS71
        VS72
        VS73
        VS74
        VS75
        VS76
        VS77
        VS78
        VS79
        VS80
        VS81
        VS82
        VS83
        VS84
        VS85
        VS86
        VS87
        VS88
        VS89
        VS90
        VS91
        VS92
        VS93
        VS94
        VS95
        VS96
        VS97
        VS98
        VS99
        VS100
        VS101
        VS102
        VS103
        VS104
        VS105
        VS106
        VS107
        VS108
        VS109
        VS110
        VS111
        VS112
        VS113
        VS114
        VS115
        VS116
        VS117
        VS118
        VS119
        VS120
        VS121
        VS122
        VS123
        VS124
        VS125
        VS126
        VS127
        VS128
        VS129
        VS130
        VS131
        VS132
        VS133
        VS134
        VS135
        VS136
        VS137
        VS138
        VS139
        VS140
        VS141
        VS142
        VS143
        VS144
        VS145
        VS146
        VS147
        VS148
        VS149
        VS150
        VS151
        VS152
        VS153
        VS154
        VS155
        VS156
        VS157
        VS158
        VS159
        VS160
        VS161
        VS162
        VS163
        VS164
        VS165
        VS166
        VS167
        VS168
        VS169
        VS170
        VS171
        VS172
        VS173
        VS174
        VS175
        VS176
        VS177
        VS178
        VS179
        VS180
        VS181
        VS182
        VS183
        VS184
        VS185
        VS186
        VS187
        VS188
        VS189
        VS190
        VS191
        VS192
        VS193
        VS194
        VS195
        VS196
        VS197
        VS198
        VS199
        VS200
        VS201
        VS202
        VS203
        VS204
        VS205
        VS206
        VS207
        VS208
        VS209
        VS210
        VS211
        VS212
        VS213
        VS214
        VS215
        VS216
        VS217
        VS218
        VS219
        VS220
        VS221
        VS222
        VS223
        VS224
        VS225
        VS226
        VS227
        VS228
        VS229
        VS230
        VS231
        VS232
        VS233
        VS234
        VS235
        VS236
        VS237
        VS238
        VS239
        VS240
        VS241
        VS242
        VS243
        VS244
        VS245
        VS246
        VS247
        VS248
        VS249
        VS250
        VS251
        VS252
        VS253
        VS254
        VS255
        VS256
        """
}
