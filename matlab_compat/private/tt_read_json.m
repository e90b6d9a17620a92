function s = tt_read_json(file)
% TT_READ_JSON  A JSON file of the program as a struct, in the form that results.mat has.
%
%   null is NaN, a list of numbers a row (an empty one 1 x 0), of texts a row of cells, of objects a
%   row of structs.

% SPDX-License-Identifier: GPL-3.0-or-later
if ~exist('jsondecode', 'builtin') && ~exist('jsondecode', 'file')
    tt_fail('version', '%s: jsondecode is missing; this needs MATLAB R2016b or Octave 7, or results.mat', file);
end
fid = fopen(file, 'r', 'n', 'UTF-8');
if fid < 0
    tt_fail('file', '%s cannot be opened', file);
end
text = fread(fid, [1 Inf], 'char=>char');
fclose(fid);
% jsondecode makes [] of both null and an empty list
text = regexprep(text, '(?<!\\)"\s*:\s*null(?=\s*[,}])', '":"<null>"');
s = same_form(jsondecode(text));
end

function v = same_form(v)
if isstruct(v)
    names = fieldnames(v);
    v = reshape(v, 1, numel(v));
    for k = 1:numel(v)
        for i = 1:numel(names)
            v(k).(names{i}) = same_form(v(k).(names{i}));
        end
    end
elseif iscell(v)
    v = reshape(v, 1, numel(v));
    for k = 1:numel(v)
        v{k} = same_form(v{k});
    end
elseif ischar(v) && strcmp(v, '<null>')
    v = NaN;
elseif isnumeric(v) && (size(v, 2) == 1 || isempty(v))
    v = reshape(v, 1, numel(v));
end
end
