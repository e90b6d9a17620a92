function e = tt_read_eberl(folder)
%TT_READ_EBERL  Reads the files of Eberl's correlation toolbox.
%   E = TT_READ_EBERL(FOLDER) reads grid_x.dat, grid_y.dat, validx.dat and
%   validy.dat, and where they are there filenamelist.mat, time_image.txt and
%   stress_strain_x.txt, into a struct:
%
%     E.grid_x, E.grid_y  markers x 1, places in the first image (px from 1)
%     E.validx, E.validy  markers x images, as in the files (px from 1)
%     E.classic           true: validx, validy lack the first image
%     E.x, E.y            markers x images, the first image included (px from 1)
%     E.filenamelist      names of the images as rows of text; '' without
%     E.time_image        images x 2: number (from 1), time (s); [] without
%     E.stress_strain_x   images x 2: strain (%), stress (MPa); [] without
%
%   Whether the first image has a column is told from the number of file names
%   or of times; without these, from the first column: it is the first image's
%   when it is the grid itself.
%
%   Units: px from 1, s, %, MPa.
%
%   Example
%     e = tt_read_eberl('dic');
%     plot(mean(e.x, 1) - mean(e.x(:, 1)))
%
%   See also TT_WRITE_EBERL, TT_TO_EBERL.

% SPDX-License-Identifier: GPL-3.0-or-later
e.grid_x = read_table(fullfile(folder, 'grid_x.dat'), true);
e.grid_y = read_table(fullfile(folder, 'grid_y.dat'), true);
e.grid_x = e.grid_x(:);
e.grid_y = e.grid_y(:);
e.validx = read_table(fullfile(folder, 'validx.dat'), true);
e.validy = read_table(fullfile(folder, 'validy.dat'), true);
if ~isequal(size(e.validx), size(e.validy)) || size(e.validx, 1) ~= numel(e.grid_x) || ...
   numel(e.grid_x) ~= numel(e.grid_y)
    tt_fail('eberl', '%s: the grid has %d and %d markers, validx is %d x %d, validy %d x %d', folder, ...
            numel(e.grid_x), numel(e.grid_y), size(e.validx), size(e.validy));
end
e.filenamelist = '';
list = fullfile(folder, 'filenamelist.mat');
if exist(list, 'file')
    m = load(list, '-mat');
    names = fieldnames(m);
    at = find(strcmpi(names, 'filenamelist')); % some versions of the toolbox write FileNameList
    if isempty(at)
        tt_fail('eberl', '%s: there is no filenamelist in it', list);
    end
    e.filenamelist = m.(names{at(1)});
end
e.time_image = read_table(fullfile(folder, 'time_image.txt'), false);
e.stress_strain_x = read_table(fullfile(folder, 'stress_strain_x.txt'), false);
e.classic = lacks_first(e);
e.x = e.validx;
e.y = e.validy;
if e.classic
    e.x = [e.grid_x, e.x];
    e.y = [e.grid_y, e.y];
end
end

function classic = lacks_first(e)
n = size(e.validx, 2);
if ~isempty(e.filenamelist)
    images = size(e.filenamelist, 1);
elseif ~isempty(e.time_image)
    images = size(e.time_image, 1);
else
    away = abs([e.validx(:, 1) - e.grid_x; e.validy(:, 1) - e.grid_y]);
    classic = ~(max(away) < 1e-6);
    return
end
if images ~= n && images ~= n + 1
    tt_fail('eberl', 'validx has %d columns, but there are %d images: expected %d or, without the first, %d columns', ...
            n, images, images, images - 1);
end
classic = images == n + 1;
end

function t = read_table(file, needed)
t = [];
if ~exist(file, 'file')
    if needed
        tt_fail('file', '%s is missing', file);
    end
    return
end
lines = strsplit(strtrim(strrep(fileread(file), sprintf('\r'), '')), sprintf('\n'));
for i = numel(lines):-1:1
    row = sscanf(lines{i}, '%f')';
    if i < numel(lines) && numel(row) ~= size(t, 2)
        tt_fail('eberl', '%s, line %d: %d numbers, expected %d as in the last line', file, i, numel(row), size(t, 2));
    end
    t(i, 1:numel(row)) = row;
end
end
