-- Sends the requests of a file, one after the other: blocks of lines, an empty line between them.
local requests = {}

function init(args)
  local current = {}
  for line in io.lines(args[1]) do
    if line == "" then
      table.insert(requests, table.concat(current, "\r\n") .. "\r\n\r\n")
      current = {}
    else
      table.insert(current, line)
    end
  end
end

local position = 0

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency, all)
  io.write(string.format("RESULT %f %d %d\n",
    summary.requests / (summary.duration / 1e6),
    summary.errors.status + summary.errors.connect + summary.errors.read
      + summary.errors.write + summary.errors.timeout,
    summary.requests))
end
