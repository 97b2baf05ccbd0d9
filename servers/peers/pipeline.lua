-- For wrk: sends the request in a file so many times at once. Arguments: the file, and how many times.
local batch

function init(arguments)
   local file = assert(io.open(arguments[1], "rb"))
   batch = file:read("*a"):rep(tonumber(arguments[2]))
   file:close()
end

function request()
   return batch
end
