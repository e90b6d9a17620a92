function t = tt_read_csv(file)
% TT_READ_CSV  A table of the program as a struct of columns.
%
%   Numbers become a column vector (an empty cell is NaN), anything else a
%   column of cells with text. A column without any number is text if its name
%   is flag, input or property, else NaN.

% SPDX-License-Identifier: GPL-3.0-or-later
text = fileread(file);
text = strrep(text, sprintf('\r\n'), sprintf('\n'));
if any(text == '"')
    tt_fail('csv', '%s: quoted cells are not read', file);
end
ends = find(text == sprintf('\n'));
if isempty(ends)
    tt_fail('csv', '%s: there is no line in it', file);
end
names = strsplit(text(1:ends(1) - 1), ',');
n = numel(names);
rows = numel(ends) - 1;
body = text(ends(1) + 1:ends(end) - 1);
cells = cell(rows, n);
if rows > 0
    cells = strsplit(strrep(body, sprintf('\n'), ','), ',', 'CollapseDelimiters', false);
    if numel(cells) ~= rows * n
        tt_fail('csv', '%s: %d cells in %d rows, expected %d columns', file, numel(cells), rows, n);
    end
    cells = reshape(cells, n, rows)';
end
t = struct();
for i = 1:n
    column = cells(:, i);
    value = str2double(column);
    known = ~isnan(value);
    empty = cellfun('isempty', column);
    is_text = any(~known & ~empty) || (~any(known) && any(strcmp(names{i}, {'flag', 'input', 'property'})));
    if is_text
        t.(names{i}) = column;
    else
        t.(names{i}) = value;
    end
end
end
