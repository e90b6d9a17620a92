function tt_write_eberl(folder, e)
%TT_WRITE_EBERL  Writes the files of Eberl's correlation toolbox.
%   TT_WRITE_EBERL(FOLDER, E) writes E, a struct of TT_TO_EBERL or
%   TT_READ_EBERL, into FOLDER, which is made when absent:
%
%     grid_x.dat, grid_y.dat   markers x 1, places in the first image (px from 1)
%     validx.dat, validy.dat   markers x images, places in the images (px from
%                              1); the classic form lacks the first image
%     filenamelist.mat         filenamelist, names of the images as rows of text
%     time_image.txt           number of the image (from 1), its time (s)
%     stress_strain_x.txt      strain (%), stress (MPa)
%
%   What E does not have (an empty or missing member) is not written. Tabs
%   separate the columns, as `save -ascii -tabs` does, with 10 digits more.
%
%   Units: px from 1, s, %, MPa.
%
%   Example
%     tt_write_eberl('dic', tt_to_eberl(tt_load('results/film-5pa')))
%
%   See also TT_READ_EBERL, TT_TO_EBERL.

% SPDX-License-Identifier: GPL-3.0-or-later
if ~isequal(size(e.validx), size(e.validy)) || numel(e.grid_x) ~= numel(e.grid_y) || ...
   size(e.validx, 1) ~= numel(e.grid_x)
    tt_fail('eberl', 'grid_x, grid_y, validx and validy must have one row a marker, and validx and validy the same size');
end
if ~exist(folder, 'dir')
    [made, why] = mkdir(folder);
    if ~made
        tt_fail('file', 'cannot make the folder ''%s'': %s', folder, why);
    end
end
write_table(fullfile(folder, 'grid_x.dat'), e.grid_x(:));
write_table(fullfile(folder, 'grid_y.dat'), e.grid_y(:));
write_table(fullfile(folder, 'validx.dat'), e.validx);
write_table(fullfile(folder, 'validy.dat'), e.validy);
if isfield(e, 'time_image') && ~isempty(e.time_image)
    write_table(fullfile(folder, 'time_image.txt'), e.time_image);
end
if isfield(e, 'stress_strain_x') && ~isempty(e.stress_strain_x)
    write_table(fullfile(folder, 'stress_strain_x.txt'), e.stress_strain_x);
end
if isfield(e, 'filenamelist') && ~isempty(e.filenamelist)
    filenamelist = e.filenamelist; %#ok<NASGU>
    save('-v6', fullfile(folder, 'filenamelist.mat'), 'filenamelist');
end
end

function write_table(file, values)
fid = fopen(file, 'w');
if fid < 0
    tt_fail('file', '%s cannot be written', file);
end
form = [repmat('%.16e\t', 1, size(values, 2) - 1) '%.16e\n'];
fprintf(fid, form, values');
if fclose(fid) ~= 0
    tt_fail('file', '%s cannot be written', file);
end
end
