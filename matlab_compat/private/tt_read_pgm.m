function image = tt_read_pgm(file)
% TT_READ_PGM  A binary grey picture (Netpbm P5) as a matrix, uint8 or uint16.

% SPDX-License-Identifier: GPL-3.0-or-later
fid = fopen(file, 'r', 'ieee-be');
if fid < 0
    tt_fail('file', '%s cannot be opened', file);
end
closing = onCleanup(@() fclose(fid));
if ~isequal(fread(fid, [1 2], 'char=>char'), 'P5')
    tt_fail('file', '%s is no binary grey picture (PGM, P5)', file);
end
number = zeros(1, 3);
for i = 1:3
    number(i) = next_number(fid);
end
form = 'uint8=>uint8';
if number(3) > 255
    form = 'uint16=>uint16';
end
image = fread(fid, [number(1) number(2)], form)';
if ~isequal(size(image), [number(2) number(1)])
    tt_fail('file', '%s is cut short', file);
end
end

function n = next_number(fid)
c = fread(fid, 1, 'char=>char');
while isspace(c) || c == '#'
    if c == '#'
        fgetl(fid);
    end
    c = fread(fid, 1, 'char=>char');
end
text = '';
while ~isempty(c) && c >= '0' && c <= '9'
    text = [text c]; %#ok<AGROW>
    c = fread(fid, 1, 'char=>char');
end
n = str2double(text);
end
