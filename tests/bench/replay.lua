-- SPDX-License-Identifier: Apache-2.0
-- wrk sends the requests of a file in turn: each is its length in decimal, a
-- line break, and its bytes.
local requests, at = {}, 0

function init(args)
   local file = assert(io.open(args[1], "rb"))
   while true do
      local length = file:read("*n")
      if not length then break end
      file:read(1)
      requests[#requests + 1] = file:read(length)
   end
   file:close()
end

function request()
   at = at % #requests + 1
   return requests[at]
end

function done(summary, latency)
   local e = summary.errors
   io.write(string.format("RESULT %d %d %d %d %d %d %d\n", summary.requests, summary.duration,
      latency:percentile(50), latency:percentile(99), summary.bytes, e.status,
      e.connect + e.read + e.write + e.timeout))
end
